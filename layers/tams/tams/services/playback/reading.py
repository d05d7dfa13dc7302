"""What is played of Flows and Sources, read in one transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tams.errors import InvalidRequestError
from tams.models.caller import Permission
from tams.models.flow import MultiFlow
from tams.models.flow_common import FlowStatus
from tams.models.queries import FlowQuery
from tams.models.stored import StoredFlow, StoredSegment
from tams.ports import Repositories
from tams.services.playback.presentation import Track
from tams.services.segments.window import PageRequest, reader_of
from tams.timing import TimeRange
from tams.timing.timestamp import NS_PER_SECOND

LISTED_MAX = 20_000
"""Segments in one list: 11 hours of Segments of two seconds."""
_FLOWS_MAX = 100
"""Flows of one Source: nobody chooses from more."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The newest `live_seconds` of what lies in the timerange, or all of it."""

    timerange: TimeRange = field(default_factory=TimeRange.eternity)
    live_seconds: int | None = None
    wait_seconds: int = 0
    """How long to wait for pieces that are being rendered."""

    def of(self, stored: StoredFlow) -> TimeRange:
        last_ns = stored.timeline.last_ns
        if self.live_seconds is None or last_ns is None:
            return self.timerange
        newest = TimeRange.between(last_ns - self.live_seconds * NS_PER_SECOND, None)
        return self.timerange.intersection(newest)

    def is_growing(self, stored: StoredFlow) -> bool:
        """Whether more may come: the Flow is being ingested, and the timerange ends after what is there."""
        end_ns, last_ns = self.timerange.end_ns, stored.timeline.last_ns
        ends_later = end_ns is None or last_ns is None or end_ns > last_ns
        return stored.flow.status is FlowStatus.INGESTING and ends_later


def plays_members(stored: StoredFlow) -> bool:
    """Whether a Flow has no media of its own, but may collect Flows that have."""
    return isinstance(stored.flow, MultiFlow) and stored.timeline.segment_count == 0


def members_of(
    repositories: Repositories, collecting: Sequence[StoredFlow]
) -> list[tuple[StoredFlow, str | None]]:
    """The Flows that they collect and the caller may read, in order, with their roles. Two round trips."""
    items = repositories.collections.members([each.flow.id for each in collecting])
    ordered = [item for each in collecting for item in items.get(each.flow.id, ())]
    classes = repositories.caller.classes_for(Permission.READ)
    found = repositories.flows.find_many({item.id for item in ordered}, classes)
    return [(found[item.id], item.role) for item in ordered if item.id in found]


def flows_of_source(
    repositories: Repositories, source_id: str
) -> list[tuple[StoredFlow, str | None]]:
    """The Flows of a Source and, in place of one without media, those that it collects. Four round trips."""
    classes = repositories.caller.classes_for(Permission.READ)
    query = FlowQuery(source_id=source_id, limit=_FLOWS_MAX, reverse=True, classes=classes)
    stored = repositories.flows.list_(query).items
    collecting = [each for each in stored if plays_members(each) and not each.is_unrelated]
    own = [(each, None) for each in stored if not plays_members(each)]
    return [*own, *(members_of(repositories, collecting) if collecting else [])]


def with_media(flows: Iterable[tuple[StoredFlow, str | None]]) -> list[tuple[StoredFlow, Track]]:
    return [
        (stored, Track(stored.flow, role))
        for stored, role in flows
        if stored.timeline.segment_count > 0
    ]


def segments_of(
    repositories: Repositories, stored: StoredFlow, timerange: TimeRange
) -> list[StoredSegment]:
    """All that overlap the timerange: one round trip as a rule. Raises InvalidRequestError for too many."""
    if timerange.is_eternity and stored.timeline.segment_count > LISTED_MAX:
        raise _too_many(stored)
    page = PageRequest(timerange, LISTED_MAX)
    segments, more = reader_of(repositories, stored.outline).page(page)
    if more:
        raise _too_many(stored)
    return segments


def _too_many(stored: StoredFlow) -> InvalidRequestError:
    return InvalidRequestError(
        f"timerange: Flow {stored.flow.id} has more than {LISTED_MAX} Segments there: "
        "ask for a shorter timerange, or only for the newest seconds (live)"
    )
