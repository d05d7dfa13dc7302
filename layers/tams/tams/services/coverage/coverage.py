"""What a Flow, or the Flows of a Source, cover of a stretch of time: runs, gaps, and sums by buckets."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Self

from tams.models.caller import Caller, Permission
from tams.models.coverage import (
    CoverageBucket,
    CoverageQuery,
    FlowCoverage,
    SourceCoverage,
)
from tams.models.coverage_buckets import coarse_enough, level_of, width_ns
from tams.models.queries import FlowQuery
from tams.models.stored import StoredFlow
from tams.models.versioned import Versioned, is_known
from tams.ports import Platform, Repositories, Store
from tams.services.access.permissions import flow_to, source_to
from tams.services.coverage.drawing import buckets_of, ranges_of, size_of, within
from tams.services.coverage.reading import USUAL, CoverageReader, Found, Limits, window_of
from tams.timing import TimeRange
from tams.timing.coverage import hull
from tams.timing.spans import Span, merged, without
from tams.timing.timestamp import Timestamp

BUCKETS_USUAL, BUCKETS_MAX = 500, 1_000


@dataclass(frozen=True, slots=True)
class CoverageService:
    store: Store
    limits: Limits = USUAL

    @classmethod
    def of(cls, platform: Platform, caller: Caller) -> Self:
        return cls(platform.store(caller))

    def of_flow(
        self, flow_id: str, query: CoverageQuery, known: Collection[str] = ()
    ) -> Versioned[FlowCoverage]:
        """Takes four to seven round trips, however long the Flow is, or three if the client has the answer.

        Raises NotFoundError, ForbiddenError. An extension: GET /flows/{flowId}/coverage.
        """

        def work(repositories: Repositories) -> Versioned[FlowCoverage]:
            stored = flow_to(Permission.READ, repositories, flow_id)
            version = _version([stored], query)
            if is_known(version, known):
                return Versioned(version, None)
            (found,), exponent = self._read(repositories, [stored], query)
            return Versioned(version, _drawn(flow_id, found, exponent))

        return self.store.read(work)

    def of_source(
        self, source_id: str, query: CoverageQuery, page: FlowQuery, known: Collection[str] = ()
    ) -> tuple[Versioned[SourceCoverage], str | None]:
        """A page of its Flows by `page`, and the key of the next. They all have the same resolution.

        Raises NotFoundError, ForbiddenError. An extension: GET /sources/{sourceId}/coverage.
        """

        def work(repositories: Repositories) -> tuple[Versioned[SourceCoverage], str | None]:
            source_to(Permission.READ, repositories, source_id)
            classes = repositories.caller.classes_for(Permission.READ)
            flows = repositories.flows.list_(replace(page, source_id=source_id, classes=classes))
            version = _version(flows.items, query)
            if is_known(version, known):
                return Versioned(version, None), flows.next_key
            found, exponent = self._read(repositories, flows.items, query)
            drawn = [
                _drawn(stored.flow.id, each, exponent)
                for stored, each in zip(flows.items, found, strict=True)
            ]
            coverage = _together(source_id, drawn, found, exponent)
            return Versioned(version, coverage), flows.next_key

        return self.store.read(work)

    def _read(
        self, repositories: Repositories, flows: Sequence[StoredFlow], query: CoverageQuery
    ) -> tuple[list[Found | None], int]:
        """For each Flow what was found, or None, and the exponent of the level that they share."""
        windows = [window_of(each, query.timerange) for each in flows]
        exponent = _exponent(query, [each for each in windows if each is not None])
        found = [
            window and CoverageReader(repositories, stored, self.limits).read(window, exponent)
            for stored, window in zip(flows, windows, strict=True)
        ]
        return found, max([exponent, *(each.exponent for each in found if each)])


def _exponent(query: CoverageQuery, windows: Sequence[Span]) -> int:
    """The exponent of the level to show. A timerange without an end stops where the Flows end."""
    start_ns, end_ns = query.timerange.half_open()
    from_ns = min((low for low, _ in windows), default=0) if start_ns is None else start_ns
    until_ns = max((high for _, high in windows), default=from_ns) if end_ns is None else end_ns
    stretch_ns = max(1, until_ns - from_ns)
    if query.resolution_ns is None:
        return coarse_enough(stretch_ns, BUCKETS_USUAL)
    return level_of(query.resolution_ns, stretch_ns, BUCKETS_MAX)


def _drawn(flow_id: str, found: Found | None, exponent: int) -> FlowCoverage:
    parts = within(found.parts, found.window) if found else []
    ranges = ranges_of(parts, exponent)
    buckets = buckets_of(parts, exponent, found.window) if found else []
    return FlowCoverage(
        flow_id=flow_id,
        timerange=_hull(ranges),
        resolution=Timestamp(width_ns(exponent)),
        segments=sum(each.segments for each in parts),
        bytes=size_of(parts),
        unknown_sizes=sum(each.unknown for each in parts),
        covered=Timestamp(sum(each.covered_ns for each in buckets)),
        complete=found is None or found.is_complete,
        ranges=_told(ranges),
        gaps=_told(_gaps(ranges)),
        buckets=tuple(
            CoverageBucket.model_construct(
                timerange=TimeRange.from_half_open(each.from_ns, each.until_ns),
                segments=each.segments,
                bytes=each.size_bytes,
                covered=Timestamp(each.covered_ns),
            )
            for each in buckets
        ),
    )


def _together(
    source_id: str, drawn: Sequence[FlowCoverage], found: Sequence[Found | None], exponent: int
) -> SourceCoverage:
    ranges = merged(
        span
        for each in found
        if each
        for span in ranges_of(within(each.parts, each.window), exponent)
    )
    return SourceCoverage(
        source_id=source_id,
        timerange=_hull(ranges),
        resolution=Timestamp(width_ns(exponent)),
        complete=all(each.complete for each in drawn),
        ranges=_told(ranges),
        gaps=_told(_gaps(ranges)),
        flows=tuple(drawn),
    )


def _hull(ranges: Sequence[Span]) -> TimeRange:
    return hull(TimeRange.from_half_open(*each) for each in ranges)


def _gaps(ranges: Sequence[Span]) -> list[Span]:
    return without([(ranges[0][0], ranges[-1][1])], ranges) if ranges else []


def _told(spans: Sequence[Span]) -> tuple[TimeRange, ...]:
    return tuple(TimeRange.from_half_open(*each) for each in spans)


def _version(flows: Sequence[StoredFlow], query: CoverageQuery) -> str:
    """Every change of a Flow's coverage writes its row, so its revision is enough."""
    seen = [(each.flow.id, each.flow.created, each.revision) for each in flows]
    return blake2b(f"{query} {seen}".encode(), digest_size=12).hexdigest()
