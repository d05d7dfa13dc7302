"""Adds the coverage summary.

The migration marks Flows with Segments, and the sweeper sums them up after the upgrade. Until then, coverage
is read from the Segments, and is incomplete if there are many. The previous release can use these tables. If
it changes Segments, `segments_updated_us` shows that the summary is out of date.
"""

from dataclasses import dataclass

from tams.repositories.coverage_table import COVERAGE
from tams.repositories.flows import STALE_US
from tams.repositories.migrations.migration import Migration, Turn
from tams.repositories.migrations.steps import AddColumns, AddProjections, AddTables
from tams.repositories.recycle_bin_table import RECYCLE_BIN
from tams.repositories.relations import RELATED
from tams.repositories.tables import FLOWS
from tams.repositories.transaction import ROW_ID, Row, VastTransaction
from tams.vast.where import col

_BATCH_ROWS = 200


@dataclass(frozen=True)
class MarkUnsummed:
    """Marks Flows with Segments for the sweeper. It skips rows that are marked already."""

    def run(self, turn: Turn) -> list[str]:
        marked = 0
        while count := turn.write(mark_some):
            marked += count
        return [f"{marked} rows of {FLOWS.name}.coverage_us"] if marked else []


def mark_some(transaction: VastTransaction) -> int:
    """Mark a batch of Flows. Returns how many; 0 when all are marked."""
    unmarked = (col["segment_count"] > 0) & col["coverage_us"].isnull() & col["coverage"].isnull()
    columns = ("unrelated_revision", "revision")
    rows = transaction.select(FLOWS, unmarked, columns, with_row_id=True, rows_max=_BATCH_ROWS)
    transaction.update(FLOWS, [_marked(row) for row in rows])
    return len(rows)


def _marked(row: Row) -> Row:
    """The row with its next revision. If the Flow is known to have no relations, it stays known."""
    is_unrelated = row["unrelated_revision"] == row["revision"]
    return {
        ROW_ID: row[ROW_ID],
        "coverage_us": STALE_US,
        "unrelated_revision": row["revision"] + 1 if is_unrelated else RELATED,
        "revision": row["revision"] + 1,
    }


MIGRATION = Migration(
    14,
    "what time Flows cover",
    (
        AddTables((COVERAGE,)),
        AddColumns(FLOWS, ("coverage", "coverage_us")),
        AddColumns(RECYCLE_BIN, ("coverage", "coverage_us")),
        AddProjections(FLOWS),
        MarkUnsummed(),
    ),
)
