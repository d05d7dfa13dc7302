"""Segments in the recycle bin, read through the timelines of their entries."""

from collections.abc import Collection, Mapping, Sequence

from tams.models.binned import BinnedTimeline
from tams.models.recycle_bin import BinKind, Deletion
from tams.models.stored import StoredSegment
from tams.models.timelines import flow_of
from tams.repositories.flow_rows import OUTLINE, outline_from_row
from tams.repositories.listing import in_parts
from tams.repositories.media_time import bound_text
from tams.repositories.recycle_bin_table import RECYCLE_BIN
from tams.repositories.rows import UNREAD, segment_from_row
from tams.repositories.tables import SEGMENTS
from tams.repositories.transaction import Row
from tams.repositories.visible import VisibleTransaction
from tams.vast.where import Predicate, all_of, col

_ENTRY = (*OUTLINE, "entry_id", "deletion_id", "deleted_us", "until_us", "deleted_by")
_READ = [name for name in SEGMENTS.names if name not in UNREAD]


class BinnedRepository:
    def __init__(self, transaction: VisibleTransaction) -> None:
        self._transaction = transaction

    def of_flow(
        self,
        flow_id: str,
        from_ns: int | None,
        until_ns: int | None,
        now_us: int,
        classes: Collection[str] | None,
    ) -> list[BinnedTimeline]:
        """Entries that can still be restored, with Segments in `[from_ns, until_ns)`; None is an open bound.

        One round trip, for a short row of each.
        """
        rows = self._entries(
            all_of(
                col["id"] == flow_id,
                None if from_ns is None else col["last_time"] > bound_text(from_ns),
                None if until_ns is None else col["first_time"] < bound_text(until_ns),
            ),
            now_us,
            classes,
        )
        return [_timeline(row) for row in rows]

    def among(
        self, timeline_ids: Collection[str], now_us: int, classes: Collection[str] | None
    ) -> list[BinnedTimeline]:
        """The entries whose Segments are on any of these timelines. One round trip for very many of them."""
        found: list[BinnedTimeline] = []
        for some in in_parts(sorted({flow_of(each) for each in timeline_ids})):
            rows = self._entries(col["id"].isin(some), now_us, classes)
            found += [_timeline(row) for row in rows]
        return [each for each in found if each.outline.timeline_id in timeline_ids]

    def segments(
        self,
        timelines: Mapping[str, BinnedTimeline],
        from_ns: int | None,
        until_ns: int | None,
        *,
        ending_after_ns: int | None,
        object_id: str | None,
        rows_max: int,
    ) -> list[tuple[BinnedTimeline, StoredSegment]]:
        """Segments that start in `[from_ns, until_ns)` on these timelines, given by id, in no order.

        `rows_max` may cut them short. One round trip for very many timelines.
        """
        within = all_of(
            None if from_ns is None else col["start_time"] >= bound_text(from_ns),
            None if until_ns is None else col["start_time"] < bound_text(until_ns),
            None if ending_after_ns is None else col["end_time"] > bound_text(ending_after_ns),
            None if object_id is None else col["object_id"] == object_id,
        )
        found: list[Row] = []
        for some in in_parts(sorted(timelines)):
            on_these = all_of(col["flow_id"].isin(some), within)
            left = rows_max - len(found)
            found += self._transaction.select(SEGMENTS, on_these, _READ, rows_max=left)
            if len(found) >= rows_max:
                break
        return [(timelines[row["flow_id"]], segment_from_row(row)) for row in found]

    def _entries(
        self, wanted: Predicate | None, now_us: int, classes: Collection[str] | None
    ) -> Sequence[Row]:
        kept = (col["kind"] != str(BinKind.SOURCE)) & (col["until_us"] > now_us)
        with_segments = kept & (col["segment_count"] > 0)
        return self._transaction.select(
            RECYCLE_BIN, all_of(wanted, with_segments), _ENTRY, classes=classes
        )


def _timeline(row: Row) -> BinnedTimeline:
    deletion = Deletion(row["deletion_id"], row["deleted_us"], row["until_us"], row["deleted_by"])
    return BinnedTimeline(row["entry_id"], outline_from_row(row).whole, deletion)
