"""Whole timelines in the recycle bin, of which only the Objects matter: no Segment is read."""

from collections import Counter
from collections.abc import Collection

from tams.models.stored import FlowOutline
from tams.repositories.listing import in_parts
from tams.repositories.media_time import bound_text
from tams.repositories.tables import SEGMENTS
from tams.repositories.transaction import ROW_ID
from tams.repositories.visible import VisibleTransaction
from tams.vast.where import col


class TimelineRepository:
    """Each method takes as many round trips for many timelines as for one."""

    def __init__(self, transaction: VisibleTransaction) -> None:
        self._transaction = transaction

    def remove(self, timeline_ids: Collection[str]) -> Counter[str]:
        """Remove all Segments of these timelines, which have few. Returns how many used each Object."""
        uses: Counter[str] = Counter()
        for some in in_parts(sorted(timeline_ids)):
            rows = self._transaction.select(
                SEGMENTS, col["flow_id"].isin(some), ["object_id"], with_row_id=True
            )
            self._transaction.delete(SEGMENTS, [row[ROW_ID] for row in rows])
            uses.update(row["object_id"] for row in rows)
        return uses

    def objects(self, timeline_ids: Collection[str]) -> dict[str, set[str]]:
        """The Objects that Segments of these timelines use, by timeline. The timelines have few Segments."""
        found: dict[str, set[str]] = {each: set() for each in timeline_ids}
        for some in in_parts(sorted(timeline_ids)):
            rows = self._transaction.select(
                SEGMENTS, col["flow_id"].isin(some), ["flow_id", "object_id"]
            )
            for row in rows:
                found[row["flow_id"]].add(row["object_id"])
        return found

    def objects_before(
        self, outline: FlowOutline, before_ns: int, object_ids: Collection[str]
    ) -> set[str]:
        """Those of these Objects that Segments of one timeline use which start before then."""
        earlier = (col["flow_id"] == outline.timeline_id) & (
            col["start_time"] < bound_text(before_ns)
        )
        return {
            row["object_id"]
            for some in in_parts(sorted(object_ids))
            for row in self._transaction.select(
                SEGMENTS, earlier & col["object_id"].isin(some), ["object_id"]
            )
        }
