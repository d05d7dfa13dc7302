"""TAMS as a few dictionaries: what the server must answer, computed the simple way.

Time is in whole nanoseconds, ranges are half-open: `(start, end)`, None for what is infinitely far.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

Range = tuple[float, float]
EVER: Range = (float("-inf"), float("inf"))
SECOND = 1_000_000_000


@dataclass(frozen=True)
class ModelSegment:
    text: str
    range: Range
    object_id: str
    offset: int


@dataclass
class ModelFlow:
    id: str
    source_id: str
    format: str
    label: str | None = None
    tags: dict[str, str] = field(default_factory=dict)
    read_only: bool = False
    members: list[str] = field(default_factory=list)
    segments: list[ModelSegment] = field(default_factory=list)

    @property
    def timeline(self) -> list[ModelSegment]:
        return sorted(self.segments, key=lambda segment: segment.range)


@dataclass
class ModelObject:
    """`range` is None until a Segment has been registered with it."""

    flow_id: str
    range: Range | None = None


@dataclass
class TamsModel:
    flows: dict[str, ModelFlow] = field(default_factory=dict)
    objects: dict[str, ModelObject] = field(default_factory=dict)

    def put_flow(
        self, flow_id: str, source_id: str, kind: str, label: str | None, tags: Mapping[str, str]
    ) -> int:
        known = self.flows.get(flow_id)
        if known is not None and known.read_only:
            return 403
        if known is not None and known.format != kind:
            return 400
        others = [each for each in self.of_source(source_id) if each.id != flow_id]
        if any(each.format != kind for each in others):
            return 400
        flow = known or ModelFlow(flow_id, source_id, kind)
        flow.source_id, flow.label, flow.tags = source_id, label, dict(tags)
        flow.members = []
        self.flows[flow_id] = flow
        return 204 if known else 201

    def writable(self, flow_id: str) -> int | None:
        """The status of a write that is refused."""
        if flow_id not in self.flows:
            return 404
        return 403 if self.flows[flow_id].read_only else None

    def collect(self, flow_id: str, members: list[str]) -> int:
        if (refused := self.writable(flow_id)) is not None:
            return refused
        if flow_id in members or any(member not in self.flows for member in members):
            return 400
        self.flows[flow_id].members = list(members)
        return 204

    def collected_by(self, flow_id: str) -> set[str]:
        return {each.id for each in self.flows.values() if flow_id in each.members}

    def delete_flow(self, flow_id: str) -> int:
        if (refused := self.writable(flow_id)) is not None:
            return refused
        self.flows.pop(flow_id)
        for flow in self.flows.values():
            flow.members = [member for member in flow.members if member != flow_id]
        self._collect_garbage()
        return 204

    def post(self, flow_id: str, segment: ModelSegment) -> bool:
        """Whether one Segment is taken; one that is there already is, and stays as it is."""
        flow = self.flows[flow_id]
        stored = self.objects.get(segment.object_id)
        if stored is None:
            return False
        if segment in flow.segments:
            return True
        start, end = segment.range
        used = (start - segment.offset, end - segment.offset)
        if stored.range is None:
            if stored.flow_id != flow_id:
                return False
        elif not covers(stored.range, used):
            return False
        if any(overlap(segment.range, other.range) for other in flow.segments):
            return False
        if stored.range is None:
            stored.range = used
        flow.segments.append(segment)
        return True

    def delete_segments(self, flow_id: str, within: Range | None, object_id: str | None) -> int:
        if (refused := self.writable(flow_id)) is not None:
            return refused
        flow = self.flows[flow_id]
        flow.segments = [
            each
            for each in flow.segments
            if within is None
            or not covers(within, each.range)
            or (object_id is not None and each.object_id != object_id)
        ]
        self._collect_garbage()
        return 204

    def segments(self, flow_id: str, within: Range | None) -> list[ModelSegment]:
        if flow_id not in self.flows or within is None:
            return []
        timeline = self.flows[flow_id].timeline
        return [each for each in timeline if overlap(each.range, within)]

    def of_source(self, source_id: str) -> list[ModelFlow]:
        return [each for each in self.flows.values() if each.source_id == source_id]

    def users(self, object_id: str) -> set[str]:
        return {
            flow.id
            for flow in self.flows.values()
            if any(each.object_id == object_id for each in flow.segments)
        }

    def _collect_garbage(self) -> None:
        """A registered Object goes with its last Segment."""
        for object_id, stored in list(self.objects.items()):
            if stored.range is not None and not self.users(object_id):
                del self.objects[object_id]


def overlap(one: Range, other: Range) -> bool:
    return max(one[0], other[0]) < min(one[1], other[1])


def covers(outer: Range, inner: Range) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1]


def hull(segments: Iterable[ModelSegment]) -> list[ModelSegment]:
    """The first and the last of Segments in order; nothing of none."""
    found = list(segments)
    return [found[0], found[-1]] if found else []
