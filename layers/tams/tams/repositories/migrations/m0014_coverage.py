"""Sums up what time the Segments of each Flow cover.

Flows with Segments are marked, and the sweeper sums them up after the upgrade. Until then their coverage is
read from the Segments, as far as these are few. The release before can use these tables: if it changes
Segments, `segments_updated_us` shows that the summary no longer tells all.
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
    """Has the sweeper sum up Flows with Segments. A marked row is not null, and so not marked again."""

    def run(self, turn: Turn) -> list[str]:
        marked = 0
        while count := turn.write(mark_some):
            marked += count
        return [f"{marked} rows of {FLOWS.name}.coverage_us"] if marked else []


def mark_some(transaction: VastTransaction) -> int:
    """Marks a batch of them. Returns how many; 0 when all are marked."""
    unmarked = (col["segment_count"] > 0) & col["coverage_us"].isnull() & col["coverage"].isnull()
    columns = ("unrelated_revision", "revision")
    rows = transaction.select(FLOWS, unmarked, columns, with_row_id=True, rows_max=_BATCH_ROWS)
    transaction.update(FLOWS, [_marked(row) for row in rows])
    return len(rows)


def _marked(row: Row) -> Row:
    """With its next revision; a Flow without relations is known to have none in that one too."""
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
