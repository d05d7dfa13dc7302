"""Relays the outbox to webhooks: assigns each event its place, and a delivery for each matching webhook.

One row in VAST holds the last place assigned, so that runs of the relay follow one another whichever process
starts them, and an event gets its place once. A Flow's events keep the order of its changes, because
their stamps are in that order (`services/clock/record_times.py`), and because a transaction takes the oldest
of all events that have committed and have no place, however old they are. So it never leaves an earlier
change of a Flow for a later transaction.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from typing import Self

from tams.deadline import RESERVE_SECONDS, may_go_on
from tams.errors import BackendUnavailableError
from tams.metrics import RELAY_LAG, measure
from tams.models.caller import Caller
from tams.models.delivery import Delivery, DeliveryState, Hint, Relations
from tams.models.stored import StoredEvent
from tams.ports import Clock, Platform, Queue, Repositories, Store
from tams.services.access.permissions import readable_flows, readable_sources
from tams.services.webhooks.matching import Filters, asks_for_relations, matches, with_lost
from tams.services.webhooks.retry_policy import RetryPolicy
from tams.timing.microseconds import to_us

EVENTS_MAX = 5_000
"""Events that one transaction relays, or a few more. It must end long before a function does."""

DELIVERIES_MAX = 50_000
"""Deliveries that one transaction writes, but for those of a single event. They are held in memory."""

API_RESERVE_SECONDS = 4.0
"""For the request that waits until all events have a place, and then does its own work."""

MILESTONE_EVERY = 512
"""Places between two notes of how late the events so far are stamped."""


@dataclass(frozen=True, slots=True)
class _Slice:
    """What one transaction did."""

    taken: int
    oldest_us: int = 0
    webhook_ids: Sequence[str] = ()
    more: bool = False


@dataclass(frozen=True, slots=True)
class EventRelay:
    store: Store
    clock: Clock
    deliveries: Queue
    events: Queue
    policy: RetryPolicy
    events_max: int = EVENTS_MAX
    deliveries_max: int = DELIVERIES_MAX

    @classmethod
    def of(cls, platform: Platform) -> Self:
        return cls(
            platform.store(Caller.background("event relay")),
            platform.clock,
            platform.queues.deliveries,
            platform.queues.events,
            RetryPolicy.of(platform.settings.webhooks),
        )

    def relay(self) -> int:
        """Relay the events that have no place yet, as many as there is time for. Returns how many.

        What remains is left to another invocation. Raises BackendUnavailableError; every slice before that is
        durable.
        """
        total, is_done = self._relay(RESERVE_SECONDS)
        if not is_done:
            self.events.send(["events"])
        return total

    def relay_all(self) -> None:
        """Relay every event that has no place yet. Raises BackendUnavailableError, also if time runs out."""
        _, is_done = self._relay(API_RESERVE_SECONDS)
        if not is_done:
            raise BackendUnavailableError(
                "too many events still wait to be assigned to webhooks; try again later"
            )

    def _relay(self, reserve_seconds: float) -> tuple[int, bool]:
        """How many events were relayed, and whether those are all."""
        total, limit = 0, self.events_max
        while True:
            slice_ = self.store.write(partial(self._run, limit=limit), "relay")
            self.deliveries.send(slice_.webhook_ids)
            if slice_.taken:
                measure(RELAY_LAG, max(0.0, (to_us(self.clock()) - slice_.oldest_us) / 1e6))
            total += slice_.taken
            if not slice_.more:
                return total, True
            if not may_go_on(reserve_seconds):
                return total, False
            limit = min(self.events_max, 2 * slice_.taken)

    def sweep(self) -> int:
        """Make up for lost hints: events first, then the webhooks that may have something waiting.

        No clock can say whether a sender is still alive. A hint that names its turn arrives when it should
        have settled, and takes over if it has not.
        """
        self.relay()

        def work(repositories: Repositories) -> tuple[list[str], list[DeliveryState]]:
            now_us = to_us(self.clock())
            resting = [
                state
                for state in repositories.deliveries.resting(now_us)
                if state.holder is not None or self.policy.rests(state, now_us)
            ]
            sending = set(repositories.webhooks.sending_ids())
            due = sending - {state.webhook_id for state in resting}
            held = [each for each in resting if each.holder and each.webhook_id in sending]
            return sorted(due), held

        due, held = self.store.read(work)
        self.deliveries.send(due)
        hints = [Hint(state.webhook_id, state.turn).text for state in held]
        self.deliveries.send(hints, delay_seconds=self.policy.lease_seconds)
        return len(due)

    def _run(self, repositories: Repositories, *, limit: int) -> _Slice:
        state = repositories.deliveries.relay_state()
        found = repositories.events.unrelayed(limit)
        if not found:
            return _Slice(0)
        deliveries = self._deliveries(repositories, found, state.last_seq)
        events = found
        if self._is_full(deliveries):
            events = found[: deliveries[-1].seq - state.last_seq]
        repositories.deliveries.add(deliveries)
        repositories.events.place(events, state.last_seq + 1)
        newest_us = max([state.newest_us, *(event.created_us for event in events)])
        after = replace(state, last_seq=state.last_seq + len(events), newest_us=newest_us)
        if after.last_seq // MILESTONE_EVERY > state.last_seq // MILESTONE_EVERY:
            repositories.deliveries.add_milestone(after.last_seq, newest_us)
        repositories.deliveries.save_relay_state(after)
        webhook_ids = sorted({delivery.webhook_id for delivery in deliveries})
        return _Slice(
            len(events),
            found[0].created_us,
            webhook_ids,
            more=len(found) >= limit or len(events) < len(found),
        )

    def _deliveries(
        self, repositories: Repositories, events: Sequence[StoredEvent], last_seq: int
    ) -> list[Delivery]:
        webhooks = repositories.webhooks.sending()
        asking = [webhook for webhook in webhooks if asks_for_relations(webhook)]
        relations = with_lost(_relations(repositories, events), events) if asking else Relations()
        seen = {
            classes: _seen(repositories, classes, relations)
            for classes in {webhook.read_classes for webhook in asking}
        }
        wanted = [
            (Filters.of(webhook), seen.get(webhook.read_classes, relations)) for webhook in webhooks
        ]
        deliveries: list[Delivery] = []
        for seq, event in enumerate(events, last_seq + 1):
            if self._is_full(deliveries):
                break
            deliveries += [
                Delivery(filters.webhook_id, seq, event.id, event.created_us)
                for filters, known in wanted
                if matches(filters, event, known)
            ]
        return deliveries

    def _is_full(self, deliveries: Sequence[Delivery]) -> bool:
        """Whether events after these are left to the next transaction."""
        return len(deliveries) >= self.deliveries_max


def _relations(repositories: Repositories, events: Sequence[StoredEvent]) -> Relations:
    """The relations as they are now (WHK-33)."""
    flow_ids = {event.flow_id for event in events if event.flow_id is not None}
    source_ids = {event.source_id for event in events if event.source_id is not None}
    return Relations(
        repositories.collections.collectors(flow_ids),
        repositories.collections.source_collectors(source_ids),
    )


def _seen(
    repositories: Repositories, classes: Collection[str] | None, relations: Relations
) -> Relations:
    """The relations without collectors that readers of these classes may not know of (AUT-15)."""
    if classes is None:
        return relations
    flows = readable_flows(repositories, classes, set(chain(*relations.of_flows.values())))
    sources = readable_sources(repositories, classes, set(chain(*relations.of_sources.values())))
    return Relations(_only(relations.of_flows, flows), _only(relations.of_sources, sources))


def _only(
    collectors: Mapping[str, Sequence[str]], known: Collection[str]
) -> dict[str, tuple[str, ...]]:
    return {key: tuple(each for each in ids if each in known) for key, ids in collectors.items()}
