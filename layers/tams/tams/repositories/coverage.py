"""Reads and writes the coverage summary, and reads the parts of Segments that it is made from.

Both are keyed by timeline. Rows change in the transaction that updates the Flow's `CoverageState`.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from tams.models.coverage_buckets import Bucket, Piece, Run, Tally
from tams.models.stored import FlowOutline
from tams.repositories.coverage_table import COVERAGE
from tams.repositories.listing import in_parts
from tams.repositories.media_time import bound_text, time_ns, time_text
from tams.repositories.tables import SEGMENTS
from tams.repositories.transaction import ROW_ID, Row
from tams.repositories.visible import VisibleTransaction, shows, shows_all
from tams.timing import TimeRange
from tams.timing.spans import Span
from tams.vast.where import Predicate, any_of, col

_RUNS_MAX = 2_000
"""The most ranges in one select: VAST refuses requests of more than 5 MiB."""
_REMOVED_MAX = 20_000
"""Rows removed at once: more than belong to any timeline whose Segments go in one transaction."""
_INDEX_BITS = 64
_EXPONENT_ZERO, _INDEX_ZERO = 0x80, 1 << _INDEX_BITS - 1
"""Offsets that make exponents and indexes sort as text."""


class CoverageRepository:
    def __init__(self, transaction: VisibleTransaction) -> None:
        self._transaction = transaction
        self._row_ids: dict[tuple[str, Bucket], Any] = {}

    def pieces(
        self, outline: FlowOutline, spans: Sequence[Span], rows_max: int
    ) -> tuple[list[Piece], bool]:
        """The visible Segments that start in any of the disjoint spans, in no order.

        Also whether these are all: there are at most `rows_max`, hidden ones included. One round trip.
        """
        if not spans:
            return [], True
        return self._pieces(outline, any_of(_starts(each) for each in spans), rows_max)

    def crossing(self, outline: FlowOutline, at_ns: int) -> list[Piece]:
        """The Segment that starts before that time and ends after it, if there is one. One round trip."""
        earliest_ns = at_ns - outline.timeline.longest_ns
        within = _starts((earliest_ns, at_ns)) & (col["end_time"] > bound_text(at_ns))
        return self._pieces(outline, within)[0]

    def rows(self, timeline_id: str, runs: Sequence[Run]) -> dict[Bucket, Tally]:
        """The buckets of these runs that have Segments. One round trip."""
        return {bucket: tally for bucket, tally, _ in self._rows(timeline_id, runs, None)}

    def rows_for_change(
        self, timeline_id: str, runs: Sequence[Run], rows_max: int | None = None
    ) -> dict[Bucket, Tally]:
        """The same, to `renew` them in this transaction; with `rows_max` as for `pieces`."""
        found = self._rows(timeline_id, runs, rows_max, with_row_id=True)
        self._row_ids |= {(timeline_id, bucket): row_id for bucket, _, row_id in found}
        return {bucket: tally for bucket, tally, _ in found}

    def renew(
        self, timeline_id: str, before: Mapping[Bucket, Tally], after: Mapping[Bucket, Tally]
    ) -> None:
        """Write the differences between rows from `rows_for_change` and `after`. Up to three round trips."""
        ids = self._row_ids
        gone = [ids.pop((timeline_id, each)) for each in before if each not in after]
        self._transaction.delete(COVERAGE, gone)
        changed = [each for each in after if each in before and after[each] != before[each]]
        self._transaction.update(
            COVERAGE,
            [{ROW_ID: ids[timeline_id, each], **_tally_row(after[each])} for each in changed],
        )
        new = {each: tally for each, tally in after.items() if each not in before}
        self._transaction.insert(COVERAGE, coverage_rows(timeline_id, new))

    def remove(self, timeline_ids: Collection[str]) -> bool:
        """Remove a batch of rows of these timelines. Returns whether there may be more.

        Two round trips; one if there are no rows.
        """
        more = False
        for some in in_parts(sorted(timeline_ids)):
            rows = self._transaction.select(
                COVERAGE, col["flow_id"].isin(some), [], with_row_id=True, rows_max=_REMOVED_MAX
            )
            self._transaction.delete(COVERAGE, [row[ROW_ID] for row in rows])
            more = more or len(rows) >= _REMOVED_MAX
        return more

    def remove_all(self, timeline_ids: Collection[str]) -> None:
        """Remove the rows of timelines that have few Segments."""
        while self.remove(timeline_ids):
            pass

    def _rows(
        self,
        timeline_id: str,
        runs: Sequence[Run],
        rows_max: int | None,
        *,
        with_row_id: bool = False,
    ) -> list[tuple[Bucket, Tally, Any]]:
        found: list[tuple[Bucket, Tally, Any]] = []
        for first in range(0, len(runs), _RUNS_MAX):
            within = any_of(
                col["bucket"].between(
                    _key(Bucket(each.exponent, each.first)),
                    _key(Bucket(each.exponent, each.end - 1)),
                )
                for each in runs[first : first + _RUNS_MAX]
            )
            rows = self._transaction.select(
                COVERAGE,
                (col["flow_id"] == timeline_id) & within,
                _READ,
                with_row_id=with_row_id,
                rows_max=rows_max,
            )
            found += [(_bucket(row["bucket"]), _tally(row), row.get(ROW_ID)) for row in rows]
        return found

    def _pieces(
        self, outline: FlowOutline, within: Predicate, rows_max: int | None = None
    ) -> tuple[list[Piece], bool]:
        columns = ["start_time", "end_time", "object_id"]
        rows = self._transaction.select(
            SEGMENTS,
            (col["flow_id"] == outline.timeline_id) & within,
            columns if shows_all(outline) else [*columns, "timerange"],
            rows_max=None if rows_max is None else rows_max + 1,
        )
        is_all = rows_max is None or len(rows) <= rows_max
        if not shows_all(outline):
            rows = [row for row in rows if shows(outline, TimeRange.parse(row["timerange"]))]
        pieces = [
            Piece(time_ns(row["start_time"]), time_ns(row["end_time"]), row["object_id"])
            for row in rows
        ]
        return pieces, is_all


_READ = (
    "bucket", "segments", "size_bytes", "unknown_sizes", "covered_time", "first_time", "last_time"
)  # fmt: skip
"""The columns that `_bucket` and `_tally` read."""


def coverage_rows(timeline_id: str, tallies: Mapping[Bucket, Tally]) -> list[Row]:
    """New rows of a timeline."""
    return [
        {"flow_id": timeline_id, "bucket": _key(each), **_tally_row(tally)}
        for each, tally in tallies.items()
    ]


def _starts(span: Span) -> Predicate:
    return col["start_time"].between(bound_text(span[0]), bound_text(span[1] - 1))


def _key(bucket: Bucket) -> str:
    return f"{bucket.exponent + _EXPONENT_ZERO:02x}{bucket.index + _INDEX_ZERO:016x}"


def _bucket(key: str) -> Bucket:
    exponent, index = divmod(int(key, 16), 1 << _INDEX_BITS)
    return Bucket(exponent - _EXPONENT_ZERO, index - _INDEX_ZERO)


def _tally_row(tally: Tally) -> Row:
    return {
        "segments": tally.segments,
        "size_bytes": tally.size_bytes,
        "unknown_sizes": tally.unknown,
        "covered_time": time_text(tally.covered_ns),
        "first_time": time_text(tally.first_ns),
        "last_time": time_text(tally.last_ns),
    }


def _tally(row: Row) -> Tally:
    return Tally(
        row["segments"],
        row["size_bytes"],
        row["unknown_sizes"],
        time_ns(row["covered_time"]),
        time_ns(row["first_time"]),
        time_ns(row["last_time"]),
    )
