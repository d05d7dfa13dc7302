"""Relays the outbox to webhooks: assigns each event its place, and a delivery for each matching webhook.

One row in VAST holds the last place assigned, so that runs of the relay follow one another whichever process
starts them, and an event gets its place once. A Flow's events keep the order of its changes for two reasons.
A run takes every event that has committed and has no place, whatever its stamp says, so an earlier change is
never left for a later run. Within a run, the stamps of one Flow's events are in order
(`services/clock/record_times.py`).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Self

from tams.models.caller import Caller
from tams.models.delivery import Delivery, DeliveryState, Hint, Relations
from tams.models.stored import StoredEvent
from tams.ports import Clock, Platform, Queue, Repositories, Store
from tams.services.access.permissions import readable_flows, readable_sources
from tams.services.webhooks.matching import asks_for_relations, matches, with_lost
from tams.services.webhooks.retry_policy import RetryPolicy
from tams.timing.microseconds import to_us

EVENTS_MAX = 1_000
"""Events that one transaction relays."""

MILESTONE_EVERY = 512
"""Places between two notes of how late the events so far are stamped."""


@dataclass(frozen=True, slots=True)
class EventRelay:
    store: Store
    clock: Clock
    deliveries: Queue
    policy: RetryPolicy

    @classmethod
    def of(cls, platform: Platform) -> Self:
        return cls(
            platform.store(Caller.background("event relay")),
            platform.clock,
            platform.queues.deliveries,
            RetryPolicy.of(platform.settings.webhooks),
        )

    def relay(self) -> int:
        """Relay every event that has no place yet. Returns how many. Raises BackendUnavailableError."""
        total = 0
        while True:
            taken, webhook_ids = self.store.write(self._run, "relay")
            self.deliveries.send(webhook_ids)
            total += taken
            if taken < EVENTS_MAX:
                return total

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
            sending = {webhook.id for webhook in repositories.webhooks.sending()}
            due = sending - {state.webhook_id for state in resting}
            held = [each for each in resting if each.holder and each.webhook_id in sending]
            return sorted(due), held

        due, held = self.store.read(work)
        self.deliveries.send(due)
        hints = [Hint(state.webhook_id, state.turn).text for state in held]
        self.deliveries.send(hints, delay_seconds=self.policy.lease_seconds)
        return len(due)

    def _run(self, repositories: Repositories) -> tuple[int, list[str]]:
        state = repositories.deliveries.relay_state()
        events = repositories.events.unrelayed()[:EVENTS_MAX]
        if not events:
            return 0, []
        deliveries = self._deliveries(repositories, events, state.last_seq)
        repositories.deliveries.add(deliveries)
        repositories.events.place(events, state.last_seq + 1)
        newest_us = max([state.newest_us, *(event.created_us for event in events)])
        after = replace(state, last_seq=state.last_seq + len(events), newest_us=newest_us)
        if after.last_seq // MILESTONE_EVERY > state.last_seq // MILESTONE_EVERY:
            repositories.deliveries.add_milestone(after.last_seq, newest_us)
        repositories.deliveries.save_relay_state(after)
        return len(events), sorted({delivery.webhook_id for delivery in deliveries})

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
        return [
            Delivery(webhook.id, seq, event.id, event.created_us)
            for seq, event in enumerate(events, last_seq + 1)
            for webhook in webhooks
            if matches(webhook, event, seen.get(webhook.read_classes, relations))
        ]


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
