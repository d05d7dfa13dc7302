"""Segments on VAST, always found by (timeline, start_time) or by object_id.

The column `flow_id` holds the id of the timeline that they belong to (`FlowOutline.timeline_id`).
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import Any

from tams.models.filters import TagFilter
from tams.models.stored import FlowOutline, StoredSegment, Stretch
from tams.models.stored_objects import Instance
from tams.models.timelines import finite
from tams.repositories.listing import in_parts
from tams.repositories.media_time import bound_text
from tams.repositories.nearest import nearest, start_ns
from tams.repositories.predicates import has_tag, tagged
from tams.repositories.rows import (
    UNREAD,
    instances_text,
    segment_from_row,
    segment_row,
    segment_tags_text,
)
from tams.repositories.tables import SEGMENTS
from tams.repositories.transaction import ROW_ID, Row
from tams.repositories.visible import VisibleTransaction, shown
from tams.timing import TimeRange
from tams.vast.where import Predicate, all_of, any_of, col

SPANS_MAX = 2_000
"""The most spans in one select: VAST refuses requests of more than 5 MiB."""

_READ = [name for name in SEGMENTS.names if name not in UNREAD]


class SegmentRepository:
    def __init__(self, transaction: VisibleTransaction) -> None:
        self._transaction = transaction
        self._row_ids: dict[tuple[str, int], Any] = {}

    def add(self, outline: FlowOutline, segments: Sequence[StoredSegment]) -> None:
        """One round trip for up to 4.5 MiB of them."""
        timeline_id = outline.timeline_id
        rows = [segment_row(segment, timeline_id) for segment in segments]
        self._transaction.insert(SEGMENTS, rows)

    def stretch(
        self,
        outline: FlowOutline,
        from_ns: int | None,
        until_ns: int | None,
        *,
        needed: int,
        reverse: bool = False,
        ending_after_ns: int | None = None,
        object_id: str | None = None,
        init_object_id: str | None = None,
        tags: Sequence[TagFilter] = (),
        for_change: bool = False,
    ) -> Stretch:
        """Segments that start in `[from_ns, until_ns)`, in order, without hidden ones; None is an open bound.

        If there are many more than `needed`, the answer covers a shorter stretch at the near end. Takes one
        round trip, and another each time there are too many. VAST cannot select by the absence of a tag: then
        the tags of all these Segments are sent, and another round trip fetches those that lack it.
        """
        missing = [each.name for each in tags if each.exists is False]

        def fetch(from_ns: int | None, until_ns: int | None, rows_max: int) -> list[StoredSegment]:
            predicate = _within(outline.timeline_id, from_ns, until_ns, ending_after_ns, object_id)
            if init_object_id is not None:
                predicate &= col["init_object_id"] == init_object_id
            if tags:
                predicate = all_of(predicate, tagged(tags))
            if missing:
                starts = sorted(self._starts_without(missing, predicate), reverse=reverse)
                if not starts:
                    return []
                near = col["start_time"].isin(starts[:rows_max])
                predicate = _within(outline.timeline_id, None, None) & near
            return self._select(predicate, rows_max=rows_max, for_change=for_change)

        found = nearest(fetch, from_ns, until_ns, needed=needed, reverse=reverse)
        return replace(found, segments=shown(outline, found.segments))

    def count_starting(
        self, outline: FlowOutline, from_ns: int | None, until_ns: int | None
    ) -> int:
        """How many rows start in `[from_ns, until_ns)`, hidden ones included. One round trip."""
        return self._transaction.count(SEGMENTS, _within(outline.timeline_id, from_ns, until_ns))

    def starting_in(
        self,
        outline: FlowOutline,
        spans: Sequence[tuple[int, int]],
        *,
        for_change: bool = False,
    ) -> list[StoredSegment]:
        """Segments that start in any of the closed, disjoint `spans`, in no order.

        One round trip for every SPANS_MAX of them.
        """
        found: list[StoredSegment] = []
        for first in range(0, len(spans), SPANS_MAX):
            starts = any_of(
                [
                    col["start_time"].between(bound_text(first_ns), bound_text(last_ns))
                    for first_ns, last_ns in spans[first : first + SPANS_MAX]
                ]
            )
            within = (col["flow_id"] == outline.timeline_id) & starts
            found += self._select(within, for_change=for_change)
        return shown(outline, found)

    def announced_by(
        self, outline: FlowOutline, event_id: str, timerange: TimeRange
    ) -> list[StoredSegment]:
        """The Segments of a segments_added event that still exist, by time. One round trip."""
        within = _within(outline.timeline_id, *finite(timerange))
        found = self._select(within & (col["event_id"] == event_id))
        return sorted(shown(outline, found), key=start_ns)

    def remove(self, outline: FlowOutline, segments: Sequence[StoredSegment]) -> None:
        """Remove Segments of a timeline, selected `for_change` in this transaction."""
        timeline_id = outline.timeline_id
        row_ids = [self._row_ids.pop((timeline_id, start_ns(each))) for each in segments]
        self._transaction.delete(SEGMENTS, row_ids)

    def set_events(self, outline: FlowOutline, segments: Sequence[StoredSegment]) -> None:
        """Write which event announces each. They were selected `for_change` in this transaction."""
        timeline_id = outline.timeline_id
        self._transaction.update(
            SEGMENTS,
            [
                {ROW_ID: self._row_ids[timeline_id, start_ns(each)], "event_id": each.event_id}
                for each in segments
            ],
        )

    def set_tags(self, outline: FlowOutline, segments: Sequence[StoredSegment]) -> None:
        """Write the tags of Segments selected `for_change` in this transaction.

        One round trip for up to 4.5 MiB of them.
        """
        timeline_id = outline.timeline_id
        changed = [
            {
                ROW_ID: self._row_ids[timeline_id, start_ns(each)],
                "tags": segment_tags_text(each.tags),
            }
            for each in segments
        ]
        self._transaction.update(SEGMENTS, changed)

    def set_instances(self, object_id: str, instances: tuple[Instance, ...]) -> None:
        """Update the copy of an Object's instances on all Segments that use it. Two round trips."""
        self._renew(object_id, {"instances": instances_text(instances)})

    def set_init_instances(self, media_id: str, instances: tuple[Instance, ...]) -> None:
        """The same for the init Object of a media Object."""
        self._renew(media_id, {"init_instances": instances_text(instances)})

    def _renew(self, object_id: str, values: dict[str, str]) -> None:
        predicate = col["object_id"] == object_id
        rows = self._transaction.select(SEGMENTS, predicate, ["object_id"], with_row_id=True)
        changed = [{ROW_ID: row[ROW_ID], **values} for row in rows]
        self._transaction.update(SEGMENTS, changed)

    def uses_of(self, object_ids: Collection[str]) -> dict[str, list[TimeRange]]:
        """The timeranges of Segments on any of the Objects, by timeline, including Segments being deleted."""
        uses: dict[str, list[TimeRange]] = {}
        for row in self._on_objects(object_ids, ["flow_id", "timerange"]):
            uses.setdefault(row["flow_id"], []).append(TimeRange.parse(row["timerange"]))
        return uses

    def users_of(self, object_ids: Collection[str]) -> dict[str, set[str]]:
        """The timelines with Segments on each of these Objects, including Segments being deleted."""
        users: dict[str, set[str]] = {}
        for row in self._on_objects(object_ids, ["object_id", "flow_id"]):
            users.setdefault(row["object_id"], set()).add(row["flow_id"])
        return users

    def objects_named(self, object_ids: Collection[str]) -> set[str]:
        """Those of these Objects that any Segment uses, even one that no reader sees. For operators."""
        return {
            row["object_id"]
            for some in in_parts(sorted(object_ids))
            for rows in self._transaction.scan(SEGMENTS, col["object_id"].isin(some), ["object_id"])
            for row in rows
        }

    def _starts_without(self, names: Sequence[str], predicate: Predicate | None) -> Iterator[str]:
        """The start times of Segments without any of these tags. One round trip."""
        for row in self._transaction.select(SEGMENTS, predicate, ["start_time", "tags"]):
            if not any(has_tag(row["tags"], name) for name in names):
                yield row["start_time"]

    def _on_objects(self, object_ids: Collection[str], columns: Sequence[str]) -> Iterator[Row]:
        """One round trip for as many ids as one request holds."""
        for some in in_parts(sorted(object_ids)):
            yield from self._transaction.select(SEGMENTS, col["object_id"].isin(some), columns)

    def _select(
        self, predicate: Predicate | None, *, rows_max: int | None = None, for_change: bool = False
    ) -> list[StoredSegment]:
        rows = self._transaction.select(
            SEGMENTS,
            predicate,
            [*_READ, "created_us"] if for_change else _READ,
            with_row_id=for_change,
            rows_max=rows_max,
        )
        segments = [segment_from_row(row) for row in rows]
        if for_change:
            self._row_ids.update(
                ((row["flow_id"], start_ns(segment)), row[ROW_ID])
                for segment, row in zip(segments, rows, strict=True)
            )
        return segments


def _within(
    timeline_id: str,
    from_ns: int | None,
    until_ns: int | None,
    ending_after_ns: int | None = None,
    object_id: str | None = None,
) -> Any:
    predicate = col["flow_id"] == timeline_id
    if from_ns is not None:
        predicate &= col["start_time"] >= bound_text(from_ns)
    if until_ns is not None:
        predicate &= col["start_time"] < bound_text(until_ns)
    if ending_after_ns is not None:
        predicate &= col["end_time"] > bound_text(ending_after_ns)
    if object_id is not None:
        predicate &= col["object_id"] == object_id
    return predicate
