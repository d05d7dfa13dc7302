"""The log of events (an extension): what happened, in the order in which webhooks are told.

Places are given by the relay, one after the other, to events that have committed. So whoever reads on from a
place misses nothing, however late a transaction ends.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import Any

from tams.models.caller import Permission
from tams.models.delivery import Announcement
from tams.models.filters import UrlFilter
from tams.models.stored import StoredEvent, to_us
from tams.ports import Clock, Repositories, Store
from tams.services.event_documents import EventDocuments
from tams.services.event_permissions import seen_events
from tams.services.event_relay import LONGEST_US
from tams.services.place_keys import PlaceKeys
from tams.services.webhook_settlement import announcement_of, flows_of

_FIRST_WINDOW = 512
_WIDEST_WINDOW = 131_072
_WINDOWS_MAX = 16
"""So many selects at most for one page; then it ends where they got to, be it empty."""

_PAUSE_SECONDS = 0.5
EXPIRED_MAX = 5_000
"""Events that one run forgets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventQuery:
    """Events after the place of a key, or else from `since_us`. An empty filter does not filter."""

    limit: int
    after: str | None = None
    since_us: int = 0
    event_types: tuple[str, ...] = ()
    flow_ids: tuple[str, ...] = ()
    source_ids: tuple[str, ...] = ()
    url_filter: UrlFilter = field(default_factory=UrlFilter)
    include_object_timerange: bool = False
    read_classes: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class EventPage:
    """Documents with their events' ids, each after the key of its place; what follows is after `next_key`."""

    items: Sequence[tuple[str, Mapping[str, Any]]]
    next_key: str


@dataclass(frozen=True, slots=True)
class EventLog:
    store: Store
    clock: Clock
    documents: EventDocuments
    kept_for: timedelta

    def page(self, query: EventQuery, wait_seconds: float = 0) -> EventPage:
        """The next events; when there are none yet, what comes within `wait_seconds`."""
        deadline = time.monotonic() + wait_seconds
        classes = self.store.caller.classes_for(Permission.READ)
        query = replace(query, read_classes=classes)
        while True:
            keys, last_seq, announcements = self.store.read(partial(self._read, query=query))
            if announcements or time.monotonic() + _PAUSE_SECONDS > deadline:
                documents = self.documents.of(announcements, query)
                return EventPage(
                    [
                        (keys.key(each.seq), {"event_id": each.event.id, **document})
                        for each, document in zip(announcements, documents, strict=True)
                    ],
                    keys.key(last_seq),
                )
            query = replace(query, after=keys.key(last_seq))
            time.sleep(_PAUSE_SECONDS)

    def expire(self) -> int:
        """Forget events from before the time they are kept for, some each time; how many."""
        before_us = to_us(self.clock() - self.kept_for)
        return self.store.write(
            lambda repositories: repositories.events.expire(before_us, EXPIRED_MAX)
        )

    def _read(
        self, repositories: Repositories, query: EventQuery
    ) -> tuple[PlaceKeys, int, list[Announcement]]:
        relay = repositories.deliveries.relay_state()
        keys, newest = PlaceKeys(relay.page_secret), relay.last_seq
        seq = (
            self._before(repositories, query, newest)
            if query.after is None
            else keys.seq(query.after)
        )
        found: list[tuple[int, StoredEvent]] = []
        width = _FIRST_WINDOW
        for _ in range(_WINDOWS_MAX):
            if seq >= newest or len(found) >= query.limit:
                break
            until = min(seq + width, newest)
            found += repositories.events.placed(
                seq,
                until,
                since_us=query.since_us,
                event_types=query.event_types,
                flow_ids=query.flow_ids,
                source_ids=query.source_ids,
                classes=query.read_classes,
            )
            seq, width = until, min(width * 4, _WIDEST_WINDOW)
        chosen = found[: query.limit]
        if len(found) > query.limit:
            seq = chosen[-1][0]
        stored = repositories.events.whole([event for _, event in chosen])
        whole = seen_events(repositories, query.read_classes, stored.values())
        flows = flows_of(repositories, whole.values())
        announcements = [
            announcement_of(repositories, place, whole[event.id], flows)
            for place, event in chosen
            if event.id in whole
        ]
        return keys, seq, announcements

    def _before(self, repositories: Repositories, query: EventQuery, newest: int) -> int:
        """A place before all that is asked for."""
        kept_us = to_us(self.clock() - self.kept_for) - LONGEST_US
        first = repositories.events.first_place(max(query.since_us, kept_us), LONGEST_US)
        return newest if first is None else first - 1
