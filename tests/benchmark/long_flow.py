"""Flows too long to create over HTTP: written straight to the tables, as the service would write them."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from uuid import uuid4

from tams.models.flow import parse_flow_put
from tams.models.recycle_bin import BinEntry
from tams.models.stored import FlowOutline, StoredSegment
from tams.models.stored_objects import Instance, ObjectKind, ObjectState, StoredObject
from tams.models.timelines import Timeline
from tams.ports import Repositories
from tams.timing import TimeRange
from tests.builders import a_video_flow_body
from tests.services import Services

SECOND = 10**9
_BATCH = 20_000


def a_long_flow(
    services: Services, count: int, storage_id: str, *, uses_each: int | None = None
) -> str:
    """A Flow of `count` Segments of two seconds.

    With `uses_each` there are Objects too, each used by so many Segments; else nothing but Segments.
    """
    body = a_video_flow_body(id=str(uuid4()), source_id=str(uuid4()))
    services.flows.put(body["id"], parse_flow_put(body))
    flow_id: str = body["id"]
    instances = (Instance(storage_id=storage_id),)
    outline = FlowOutline(flow_id)
    for segments in _segments(flow_id, range(count), instances, uses_each or 1):
        ids = [each.object_id for each in segments]
        objects = [
            StoredObject(
                id=object_id,
                state=ObjectState.REFERENCED,
                kind=ObjectKind.MEDIA,
                flow_id=flow_id,
                instances=instances,
                reference_count=ids.count(object_id),
            )
            for object_id in (dict.fromkeys(ids) if uses_each else ())
        ]
        services.store.write(partial(_add, outline, segments, objects))
    timeline = Timeline(count, 0, count * 2 * SECOND, longest_ns=2 * SECOND)

    def summarise(repositories: Repositories) -> None:
        stored = repositories.flows.get(flow_id)
        repositories.flows.save_timeline(replace(stored, timeline=timeline))

    services.store.write(summarise)
    return flow_id


def fill_the_bin(services: Services, entry: BinEntry, seconds: range, storage_id: str) -> None:
    """More Segments of two seconds in an entry of the recycle bin, whose Objects nobody asks for."""
    flow_id, instances = entry.of.flow.id, (Instance(storage_id=storage_id),)
    numbers = range(seconds.start // 2, seconds.stop // 2)
    for segments in _segments(flow_id, numbers, instances, 1):
        services.store.write(partial(_add, entry.outline, segments, []))
    known = entry.of.timeline
    timeline = replace(
        known,
        segment_count=known.segment_count + len(numbers),
        last_ns=numbers.stop * 2 * SECOND,
    )

    def summarise(repositories: Repositories) -> None:
        stored = repositories.recycle_bin.get(entry.id)
        longer = replace(stored, flow=replace(stored.of, timeline=timeline))
        repositories.recycle_bin.save_timeline(longer)

    services.store.write(summarise)


def _segments(
    flow_id: str, numbers: range, instances: tuple[Instance, ...], uses_each: int
) -> Iterator[list[StoredSegment]]:
    """As many at a time as one transaction writes."""
    for start in range(numbers.start, numbers.stop, _BATCH):
        some = range(start, min(start + _BATCH, numbers.stop))
        yield [
            StoredSegment(
                flow_id=flow_id,
                timerange=TimeRange.between(n * 2 * SECOND, (n + 1) * 2 * SECOND),
                object_id=object_id,
                instances=instances,
                object_timerange=f"[{n * 2}:0_{n * 2 + 2}:0)",
            )
            for n, object_id in zip(some, _object_ids(len(some), uses_each), strict=True)
        ]


def _object_ids(count: int, uses_each: int) -> Iterator[str]:
    for n in range(count):
        if n % uses_each == 0:
            object_id = str(uuid4())
        yield object_id


def _add(
    outline: FlowOutline,
    segments: list[StoredSegment],
    objects: list[StoredObject],
    repositories: Repositories,
) -> None:
    repositories.segments.add(outline, segments)
    repositories.objects.add(objects)
