"""From the outbox to the webhooks: each event gets its place, and a delivery for each webhook it is for.

One row in VAST holds the last place given, so that runs of the relay follow one another whoever starts
them, and an event is given its place once. A Flow's events come in the order of its changes, because each
change was begun after the one before had committed, and every run takes all events that have committed.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from tams.models.delivery import Delivery, Relations
from tams.models.stored import StoredEvent, to_us
from tams.ports import Clock, Queue, Repositories, Store
from tams.services.permissions import readable_flows, readable_sources
from tams.services.webhook_matching import asks_for_relations, matches, with_lost

LONGEST_US = 300_000_000
"""An event is stamped before its transaction commits, by no more than five minutes."""

EVENTS_MAX = 1_000
"""Events that one transaction takes on."""


@dataclass(frozen=True, slots=True)
class EventRelay:
    store: Store
    clock: Clock
    deliveries: Queue

    def relay(self) -> int:
        """Take on every event that has none yet; how many there were. Raises BackendUnavailableError."""
        total = 0
        while True:
            taken, webhook_ids = self.store.write(self._run, "relay")
            self.deliveries.send(webhook_ids)
            total += taken
            if taken < EVENTS_MAX:
                return total

    def sweep(self) -> int:
        """What a lost hint left behind: events first, then the webhooks that may have something waiting."""
        self.relay()

        def work(repositories: Repositories) -> list[str]:
            resting = repositories.deliveries.resting(to_us(self.clock()))
            sending = [webhook.id for webhook in repositories.webhooks.sending()]
            return [webhook_id for webhook_id in sending if webhook_id not in resting]

        due = self.store.read(work)
        self.deliveries.send(due)
        return len(due)

    def _run(self, repositories: Repositories) -> tuple[int, list[str]]:
        state = repositories.deliveries.relay_state()
        found = repositories.events.unrelayed(state.since_us)
        events = found[:EVENTS_MAX]
        if not events:
            return 0, []
        deliveries = self._deliveries(repositories, events, state.last_seq)
        repositories.deliveries.add(deliveries)
        repositories.events.place(events, state.last_seq + 1)
        if len(events) == len(found):  # all there are, but for transactions that are still open
            newest_us = min(to_us(self.clock()), events[-1].created_us)
            state = replace(state, since_us=max(state.since_us, newest_us - LONGEST_US))
        state = replace(state, last_seq=state.last_seq + len(events))
        repositories.deliveries.save_relay_state(state)
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
    """As they are now (WHK-33)."""
    flow_ids = {event.flow_id for event in events if event.flow_id is not None}
    source_ids = {event.source_id for event in events if event.source_id is not None}
    return Relations(
        repositories.collections.collectors(flow_ids),
        repositories.collections.source_collectors(source_ids),
    )


def _seen(
    repositories: Repositories, classes: Collection[str] | None, relations: Relations
) -> Relations:
    """Without the collectors that readers of these classes may not know of (AUT-15)."""
    if classes is None:
        return relations
    flows = readable_flows(repositories, classes, set(chain(*relations.of_flows.values())))
    sources = readable_sources(repositories, classes, set(chain(*relations.of_sources.values())))
    return Relations(_only(relations.of_flows, flows), _only(relations.of_sources, sources))


def _only(
    collectors: Mapping[str, Sequence[str]], known: Collection[str]
) -> dict[str, tuple[str, ...]]:
    return {key: tuple(each for each in ids if each in known) for key, ids in collectors.items()}
