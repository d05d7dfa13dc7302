"""The event log (an extension): what happened, in the order in which webhooks are notified.

The relay assigns places one after the other, only to events that have committed. A reader who continues from
a place therefore misses nothing, however late a transaction ends.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import Any, Self

from tams.deadline import may_go_on
from tams.models.caller import Caller, Permission
from tams.models.delivery import Announcement
from tams.models.filters import UrlFilter
from tams.models.stored import StoredEvent
from tams.ports import Clock, Platform, Repositories, Store
from tams.services.access.event_permissions import redacted_events
from tams.services.clock.believed_time import BelievedTime
from tams.services.events.announced import announcement_of, flows_of
from tams.services.events.documents import EventDocuments
from tams.services.events.log_page_keys import LogPageKeys
from tams.services.events.pauses import Stopwatch, pauses
from tams.timing.microseconds import to_us

_FIRST_WINDOW = 512
_WIDEST_WINDOW = 131_072
_WINDOWS_MAX = 16
"""The most selects for one page. After that the page ends at the point reached, even if it is empty."""

_SEARCH_SECONDS = 10.0
"""How long to search a log that has more before returning an empty page."""
EXPIRED_MAX = 5_000
"""Events that one transaction forgets, or a few more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventQuery:
    """Events after a key's place, or without one, from `since_us` on. An empty filter does not filter."""

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
    """Documents with their events' ids, each keyed by its place; the next page starts after `next_key`."""

    items: Sequence[tuple[str, Mapping[str, Any]]]
    next_key: str


@dataclass(frozen=True, slots=True)
class EventLog:
    store: Store
    clock: Clock
    """`clock` decides how old events are."""
    documents: EventDocuments
    kept_for: timedelta
    watch: Stopwatch = Stopwatch()  # noqa: RUF009 - it is frozen

    @classmethod
    def of(cls, platform: Platform, caller: Caller) -> Self:
        return cls(
            platform.store(caller),
            BelievedTime.of(platform),
            EventDocuments(platform.object_stores, platform.backends),
            timedelta(seconds=platform.settings.events.kept_seconds),
        )

    def page(self, query: EventQuery, wait_seconds: float = 0) -> EventPage:
        """The next events. If there are none yet, waits up to `wait_seconds` for some.

        While nothing happens, a look costs one read of one row, and looks become rarer.
        """
        searching_until = self.watch.now() + max(wait_seconds, _SEARCH_SECONDS)
        between = pauses(wait_seconds)
        classes = self.store.caller.classes_for(Permission.READ)
        query = replace(query, read_classes=classes)
        while True:
            found = self.store.read(partial(self._read, query=query))
            if found.announcements:
                return self._page(found, query)
            if found.at_end:
                if (pause := next(between, None)) is None:
                    return self._page(found, query)
                self.watch.sleep(pause)
            elif self.watch.now() >= searching_until:
                return self._page(found, query)
            query = replace(query, after=found.keys.key(found.seq))

    def _page(self, found: "_Found", query: EventQuery) -> EventPage:
        documents = self.documents.of(found.announcements, query)
        items = [
            (found.keys.key(each.seq), {"event_id": each.event.id, **document})
            for each, document in zip(found.announcements, documents, strict=True)
        ]
        return EventPage(items, found.keys.key(found.seq))

    def expire(self) -> int:
        """Forget events older than the retention time, as many as there is time for. Returns how many.

        Events that an active webhook still waits for are kept, however old they are.
        """
        before_us = to_us(self.clock() - self.kept_for)
        expired, after_seq = 0, 0
        while True:
            count, next_seq = self.store.write(partial(_expire, before_us, after_seq))
            expired += count
            if next_seq is None or not may_go_on():
                break
            after_seq = next_seq
        while expired and self.store.write(partial(_forget_milestones, before_us)):
            if not may_go_on():
                break
        return expired

    def _read(self, repositories: Repositories, query: EventQuery) -> "_Found":
        relay = repositories.deliveries.relay_state()
        keys, newest = LogPageKeys(relay.page_secret), relay.last_seq
        if query.after is None:  # begin early enough: stamps need not be in the order of places
            seq = repositories.deliveries.milestone_before(query.since_us)
        else:
            seq = keys.seq(query.after)
        log = _Log(repositories, query, seq, newest)
        kept: list[tuple[int, StoredEvent]] = []
        while len(kept) < query.limit and log.goes_on:
            kept += _whole(repositories, query, log.next(query.limit - len(kept)))
        flows = flows_of(repositories, [event for _, event in kept])
        announcements = [
            announcement_of(repositories, place, event, flows) for place, event in kept
        ]
        return _Found(keys, log.seq, announcements, at_end=log.seq >= newest)


def _expire(before_us: int, after_seq: int, repositories: Repositories) -> tuple[int, int | None]:
    """How many events went, and the place to go on after; None if no old ones are left."""

    def waited_for(places: Collection[int]) -> set[int]:
        sending = repositories.webhooks.sending_ids()
        return repositories.deliveries.waited_for(sending, places)

    return repositories.events.expire(before_us, after_seq, EXPIRED_MAX, waited_for)


def _forget_milestones(before_us: int, repositories: Repositories) -> bool:
    return repositories.deliveries.forget_milestones(before_us, EXPIRED_MAX)


@dataclass(frozen=True, slots=True)
class _Found:
    """The search continues after `seq`, unless this is the end."""

    keys: LogPageKeys
    seq: int
    announcements: Sequence[Announcement]
    at_end: bool


@dataclass(slots=True)
class _Log:
    """The events of a query after `seq`, searched in windows that widen."""

    repositories: Repositories
    query: EventQuery
    seq: int
    newest: int
    width: int = _FIRST_WINDOW
    windows_left: int = _WINDOWS_MAX

    @property
    def goes_on(self) -> bool:
        return self.seq < self.newest and self.windows_left > 0

    def next(self, count: int) -> list[tuple[int, StoredEvent]]:
        """Up to `count` events with their places, without documents; fewer when no windows are left."""
        found: list[tuple[int, StoredEvent]] = []
        while len(found) < count and self.goes_on:
            until = min(self.seq + self.width, self.newest)
            found += self.repositories.events.placed(
                self.seq,
                until,
                since_us=self.query.since_us,
                event_types=self.query.event_types,
                flow_ids=self.query.flow_ids,
                source_ids=self.query.source_ids,
                classes=self.query.read_classes,
            )
            self.seq, self.width = until, min(self.width * 4, _WIDEST_WINDOW)
            self.windows_left -= 1
        if len(found) > count:
            self.seq = found[count - 1][0]
        return found[:count]


def _whole(
    repositories: Repositories, query: EventQuery, found: Sequence[tuple[int, StoredEvent]]
) -> list[tuple[int, StoredEvent]]:
    """The events without those whose Flow or Source has moved out of reach since."""
    stored = repositories.events.whole([event for _, event in found])
    whole = redacted_events(repositories, query.read_classes, stored.values())
    return [(place, whole[event.id]) for place, event in found if event.id in whole]
