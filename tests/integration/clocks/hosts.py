"""Hosts are containers on one VAST, each with its own clock."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import Any
from uuid import uuid4

from tams.models.flow import parse_flow_put
from tams.services.events.log import EventQuery
from tams.timing.microseconds import to_us
from tests.builders import a_video_flow_body
from tests.integration.local_vast import settings_for
from tests.services import Services, services_of

HOUR, DAY, TEN_MINUTES = timedelta(hours=1), timedelta(days=1), timedelta(minutes=10)


@dataclass
class Host:
    """One machine; `wrong` is by how much its clock is ahead."""

    services: Services = field(init=False)
    vast_url: str
    wrong: timedelta = timedelta()

    def __post_init__(self) -> None:
        settings = settings_for(self.vast_url, patience_seconds=120)
        webhooks = settings.webhooks.model_copy(
            update={"allowed_networks": (ip_network("127.0.0.0/8"),)}
        )
        self.services = services_of(settings.model_copy(update={"webhooks": webhooks}), self.now)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.wrong

    def create(self, **fields: Any) -> str:
        body = a_video_flow_body(**{"id": str(uuid4()), "source_id": str(uuid4()), **fields})
        self.services.flows.put(body["id"], parse_flow_put(body))
        flow_id: str = body["id"]
        return flow_id

    def label(self, flow_id: str, label: str) -> None:
        self.services.flow_properties.set(flow_id, "label", label)

    def delete(self, flow_id: str) -> None:
        self.services.deletion.delete_flow(flow_id)

    def relay(self) -> int:
        return self.services.event_relay.relay()

    def told(self, *flow_ids: str, since: datetime | None = None) -> list[str]:
        """What the log has to say of Flows: labels, or else types of events."""
        found: list[str] = []
        since_us = to_us(since) if since else 0
        query = EventQuery(limit=1000, flow_ids=flow_ids, since_us=since_us)
        for _, item in self.services.event_log.page(query).items:
            flow = item["event"].get("flow", {})
            found.append(flow.get("label") or str(item["event_type"]).removeprefix("flows/"))
        return found

    def write(self, work: Any) -> Any:
        return self.services.store.write(work)

    def read(self, work: Any) -> Any:
        return self.services.store.read(work)
