"""A receiver that is down for hours, by the test's own clock; everything else is as deployed."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from tams.errors import BackendUnavailableError
from tams.messaging.queues import whole_delay
from tams.models.delivery import Hint
from tams.models.flow import parse_flow_put
from tams.models.flow_segment import parse_segments_post
from tams.models.flow_storage import FlowStoragePost
from tams.models.webhook import WebhookPost, WebhookStatus
from tams.outbound.webhook_sender import WebhookSender
from tams.services.flows.flows import FlowService
from tams.services.flows.properties import FlowPropertyService
from tams.services.webhooks.delivery import WebhookDelivery
from tams.services.webhooks.relay import EventRelay
from tams.services.webhooks.retry_policy import RetryPolicy
from tams.services.webhooks.settlement import Settlement
from tams.services.webhooks.webhooks import WebhookService
from tams.timing.microseconds import from_us
from tests.builders import a_video_flow_body
from tests.integration.local_vast import settings_for
from tests.long_form import SOAK
from tests.receiver import receiver
from tests.services import Services, services_of

one_after_the_other = pytest.mark.parametrize(
    "vast_url",
    ["strict", "column", "commit"] if SOAK else ["strict"],
    indirect=True,
    scope="module",
)
"""Nobody writes at the same time, so the rule for conflicts matters little."""

POLICY = RetryPolicy(2.0, 3_600.0, timedelta(hours=48), 60.0)


@dataclass
class SimulatedTime:
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __call__(self) -> datetime:
        return self.now


CLOCK = SimulatedTime()
"""One for all tests, which share a VAST: time does not go back."""


@dataclass
class Hints:
    """A queue whose messages need no waiting: the test lets delays pass."""

    delays: list[int] = field(default_factory=list)
    last: list[str] = field(default_factory=list)

    def send(self, bodies: Sequence[str], *, delay_seconds: float = 0) -> None:
        self.last = [*bodies]
        self.delays += [whole_delay(delay_seconds)] * len(bodies)


@dataclass
class Service:
    """What events need, on the simulated clock."""

    services: Services
    clock: SimulatedTime = field(default_factory=lambda: CLOCK)
    hints: Hints = field(default_factory=Hints)
    webhook_id: str = ""
    flow_id: str = field(default_factory=lambda: str(uuid4()))

    def __post_init__(self) -> None:
        store, delivery = self.services.store, self.services.webhook_delivery
        assert isinstance(delivery.sender, WebhookSender)
        self.relay = EventRelay(store, self.clock, self.hints, self.hints, POLICY)
        self.webhooks = WebhookService(
            store,
            self.relay,
            self.services.webhooks.targets,
            self.hints,
            self.services.platform.backends,
        )
        self.delivery = WebhookDelivery(
            store,
            delivery.sender,
            delivery.documents,
            self.hints,
            Settlement(self.clock, POLICY),
        )

    def subscribe(self, url: str, event: str = "flows/updated") -> None:
        body = {"url": url, "events": [event], "flow_ids": [self.flow_id]}
        self.webhook_id = self.webhooks.create(WebhookPost.from_body(body)).id

    def create_flow(self) -> None:
        body = a_video_flow_body(id=self.flow_id, source_id=str(uuid4()))
        FlowService(self.services.store, self.clock).put(self.flow_id, parse_flow_put(body))

    def change(self, label: str) -> None:
        properties = FlowPropertyService(self.services.store, self.clock)
        properties.set(self.flow_id, "label", label)
        self.relay.relay()

    def add_segment(self) -> None:
        post = FlowStoragePost.from_body({"limit": 1})
        storage = replace(self.services.media_storage, clock=self.clock)
        (made,) = storage.allocate(self.flow_id, post).media_objects or ()
        entries = parse_segments_post({"object_id": made.object_id, "timerange": "[0:0_1:0)"})
        registering = replace(self.services.flow_segments, clock=self.clock)
        assert registering.register(self.flow_id, entries.entries, single=True) == []
        self.relay.relay()

    def deliver(self) -> int:
        return self.delivery.deliver(Hint(self.webhook_id))

    @property
    def wait(self) -> timedelta:
        """Until it is tried again."""
        state = self.services.store.read(
            lambda repositories: repositories.deliveries.state(self.webhook_id)
        )
        return from_us(state.next_us) - self.clock.now

    @property
    def status(self) -> WebhookStatus:
        return self.webhooks.get(self.webhook_id).status


@pytest.fixture
def service(vast_url: str) -> Service:
    settings = settings_for(vast_url)
    webhooks = settings.webhooks.model_copy(update={"allowed_networks": ("127.0.0.0/8",)})
    settings = type(settings).model_validate(
        settings.model_dump() | {"webhooks": webhooks.model_dump()}
    )
    return Service(services_of(settings))


@one_after_the_other
def test_a_receiver_that_was_down_for_twelve_hours_gets_everything(service: Service) -> None:
    with receiver() as first:
        port = first.port
    service.subscribe(f"http://127.0.0.1:{port}/events")
    service.create_flow()
    labels = [str(number) for number in range(72)]
    for label in labels:  # one every ten minutes
        service.change(label)
        assert service.deliver() == 0
        service.clock.now += timedelta(minutes=10)
    assert service.status is WebhookStatus.STARTED

    service.clock.now += timedelta(hours=1)
    with receiver(port=port) as back:
        assert service.deliver() == len(labels)

    assert [each.event["flow"]["label"] for each in back.received] == labels


@one_after_the_other
def test_waits_grow_to_an_hour_and_end_in_error_after_two_days(service: Service) -> None:
    with receiver() as gone:
        url = gone.url
    service.subscribe(url)
    service.create_flow()
    service.change("x")
    begun = service.clock.now
    waits: list[int] = []

    while service.status is not WebhookStatus.ERROR:
        service.hints.delays.clear()
        service.deliver()
        waits += service.hints.delays
        service.clock.now += timedelta(seconds=waits[-1])
        assert service.clock.now < begun + timedelta(days=4)

    assert waits[:3] == sorted(waits[:3])
    # The longest delay that SQS allows. The sweeper asks too early, and is turned away.
    assert max(waits) == 900
    assert service.clock.now - begun >= timedelta(hours=48)
    assert service.webhooks.get(service.webhook_id).error is not None


@one_after_the_other
def test_while_nobody_signs_urls_an_event_waits_and_is_sent_whole_afterwards(
    service: Service,
) -> None:
    signing = replace(
        service.delivery,
        documents=replace(
            service.delivery.documents, signer=service.services.platform.object_stores
        ),
    )
    with receiver() as it:
        service.subscribe(it.url, "flows/segments_added")
        service.create_flow()
        service.add_segment()
        with pytest.raises(BackendUnavailableError, match="the URL signer failed"):
            service.deliver()
        assert it.received == []
        assert service.status is WebhookStatus.STARTED
        assert service.deliver() == 0, "its sender may still be at work"
        service.relay.sweep()
        (late,) = (each for each in map(Hint.parse, service.hints.last) if each.turn)
        assert service.hints.delays[-1] == POLICY.lease_seconds

        assert signing.deliver(late) == 1

    ((url,),) = [segment["get_urls"] for segment in it.received[0].event["segments"]]
    assert "X-Amz-Signature=" in url["url"]


def test_many_relays_at_once_give_each_event_one_place(vast_url: str, service: Service) -> None:
    with receiver() as it:
        service.subscribe(it.url)
        service.create_flow()
        properties = FlowPropertyService(service.services.store, service.clock)
        for number in range(20):
            properties.set(service.flow_id, "label", str(number))
        relays = [
            replace(service.relay, store=services_of(settings_for(vast_url)).flows.store)
            for _ in range(8)
        ]
        with ThreadPoolExecutor(8) as pool:
            taken = sum(pool.map(lambda relay: relay.relay(), relays))
            sent = sum(pool.map(lambda _: service.deliver(), range(8)))

    assert taken >= 20
    assert sent == 20
    assert [each.event["flow"]["label"] for each in it.received] == [str(n) for n in range(20)]
