"""The Objects of a Flow on its timeline: what the Flow shows of each, and what a player plays of it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from tams.models.stored import StoredSegment
from tams.models.stored_objects import Instance
from tams.models.timelines import finite
from tams.timing import TimeRange, Timestamp

ROUNDING_NS = 1_000_000
"""Times that differ by less are the same instant: clients round, and no frame is that short."""


@dataclass(frozen=True, slots=True)
class Part:
    """An Object, of which the Flow shows `[start_ns, end_ns)`. All times but `offset_ns` are the Flow's.

    `offset_ns` is the Flow's time minus the time in the Object's own samples.
    """

    object_id: str
    instances: tuple[Instance, ...]
    start_ns: int
    end_ns: int
    object_start_ns: int
    object_end_ns: int
    offset_ns: int = 0
    init_object_id: str | None = None
    init_instances: tuple[Instance, ...] = ()
    piece: str | None = None
    """The name of the rendered piece that stands for an Object of which the Flow shows part."""

    @property
    def is_cut_at_start(self) -> bool:
        return self.start_ns - self.object_start_ns >= ROUNDING_NS

    @property
    def is_cut_at_end(self) -> bool:
        return self.object_end_ns - self.end_ns >= ROUNDING_NS

    @property
    def is_cut(self) -> bool:
        """Whether the Flow shows less than the Object holds."""
        return self.is_cut_at_start or self.is_cut_at_end

    def decodes_like(self, other: "Part") -> bool:
        """Whether both have the same initialisation, and samples that count the same time."""
        return self._decoded_by == other._decoded_by

    @property
    def _decoded_by(self) -> tuple[str | None, int, str | None]:
        return (self.init_object_id, self.offset_ns, self.piece)


def parts_of(segments: Iterable[StoredSegment]) -> list[Part]:
    """In the order of the Segments. Neighbours that share an Object become one part: it is played once."""
    parts: list[Part] = []
    for segment in segments:
        part = _part(segment)
        last = parts[-1] if parts else None
        if last is not None and _continues(last, part):
            parts[-1] = replace(last, end_ns=part.end_ns)
        else:
            parts.append(part)
    return parts


def clipped_to(parts: Iterable[Part], timerange: TimeRange) -> list[Part]:
    """What lies inside a timerange."""
    if timerange.is_eternity:
        return list(parts)
    from_ns, until_ns = timerange.half_open()
    clipped = (
        replace(
            part,
            start_ns=part.start_ns if from_ns is None else max(part.start_ns, from_ns),
            end_ns=part.end_ns if until_ns is None else min(part.end_ns, until_ns),
        )
        for part in parts
    )
    return [part for part in clipped if part.start_ns < part.end_ns]


def runs_of(parts: Sequence[Part]) -> Iterator[list[Part]]:
    """Stretches that a decoder plays in one go, cut at their two ends at most. They may have gaps."""
    run = list(parts[:1])
    for before, after in pairwise(parts):
        if (
            after.decodes_like(before)
            and not before.is_cut_at_end
            and not after.is_cut_at_start
            and after.start_ns >= before.end_ns - ROUNDING_NS
        ):
            run.append(after)
        else:
            yield run
            run = [after]
    if run:
        yield run


def before_gaps(parts: Sequence[Part]) -> set[Part]:
    """Those cut at their end with nothing after it: what is cut off would fill the gap."""
    return {
        before
        for before, after in pairwise(parts)
        if before.is_cut_at_end and after.start_ns - before.end_ns >= ROUNDING_NS
    }


def _part(segment: StoredSegment) -> Part:
    start_ns, end_ns = finite(segment.timerange)
    offset_ns = 0 if segment.ts_offset is None else Timestamp.parse(segment.ts_offset).ns
    whole = (start_ns, end_ns)
    if segment.object_timerange is not None:
        whole = finite(TimeRange.parse(segment.object_timerange).shift(offset_ns))
    return Part(
        segment.object_id,
        segment.instances,
        start_ns,
        end_ns,
        min(start_ns, whole[0]),
        max(end_ns, whole[1]),
        offset_ns,
        segment.init_object_id,
        segment.init_instances,
    )


def _continues(last: Part, part: Part) -> bool:
    return (
        last.object_id == part.object_id
        and last.decodes_like(part)
        and abs(part.start_ns - last.end_ns) < ROUNDING_NS
    )
