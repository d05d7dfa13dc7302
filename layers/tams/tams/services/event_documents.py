"""Events as receivers get them, and the Segments in them as any client does (EVT-3…15)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tams.models.delivery import Announcement
from tams.models.storage_backend import StorageBackend
from tams.models.stored import StoredEvent, from_us
from tams.models.webhook import Webhook
from tams.ports import ObjectStores
from tams.services.get_urls import GetUrls
from tams.services.segment_documents import segment_json


@dataclass(frozen=True, slots=True)
class EventDocuments:
    """URLs are signed when the event is sent, so that they live as long as any."""

    object_stores: ObjectStores
    backends: Mapping[str, StorageBackend]

    def document(self, announcement: Announcement, webhook: Webhook) -> dict[str, Any]:
        """The body of the POST, get_urls as this webhook asked for them (WHK-35)."""
        event = announcement.event
        return {
            "event_timestamp": from_us(event.created_us).isoformat().replace("+00:00", "Z"),
            "event_type": event.event_type,
            "event": self._content(event, announcement, webhook),
        }

    def _content(
        self, event: StoredEvent, announcement: Announcement, webhook: Webhook
    ) -> dict[str, Any]:
        match event.event_type:
            case "flows/created" | "flows/updated":
                return {"flow": event.document}
            case "sources/created" | "sources/updated":
                return {"source": event.document}
            case "sources/deleted":
                return {"source_id": event.source_id}
            case "flows/segments_deleted":
                return {"flow_id": event.flow_id, "timerange": str(event.timerange)}
            case "flows/segments_added":
                get_urls = GetUrls(self.object_stores, self.backends, webhook.url_filter)
                wide = bool(webhook.include_object_timerange)
                segments = [
                    segment_json(each, get_urls, include_object_timerange=wide)
                    for each in announcement.segments
                ]
                return {"flow_id": event.flow_id, "segments": segments}
            case _:
                return {"flow_id": event.flow_id}
