"""When retention looks at each Flow next. Null means never.

Only rows with the tag are written: Flows, and Sources, whose Flows the sweeper then marks. The previous
release can use these tables. A Flow that it writes is looked at once its tags change.
"""

from dataclasses import dataclass

from tams.models.filters import TagFilter
from tams.models.retention import LOOK_US, TAG
from tams.repositories.migrations.migration import Migration, Turn
from tams.repositories.migrations.steps import AddColumns, AddProjections
from tams.repositories.predicates import tagged
from tams.repositories.recycle_bin_table import RECYCLE_BIN
from tams.repositories.relations import RELATED
from tams.repositories.table import Table
from tams.repositories.tables import FLOWS, SOURCES
from tams.repositories.transaction import ROW_ID, Row, VastTransaction
from tams.vast.where import all_of, col

_COLUMN = "retention_us"
_BATCH_ROWS = 200


@dataclass(frozen=True)
class MarkTagged:
    """Has the next sweep look at rows with the tag. A marked row is not null, and so not marked again."""

    table: Table

    def run(self, turn: Turn) -> list[str]:
        marked = 0
        while count := turn.write(self._mark_some):
            marked += count
        return [f"{marked} rows of {self.table.name}.{_COLUMN}"] if marked else []

    def _mark_some(self, transaction: VastTransaction) -> int:
        witness = ("unrelated_revision",) if self.table is FLOWS else ()
        wanted = all_of(tagged([TagFilter(TAG, exists=True)]), col[_COLUMN].isnull())
        rows = transaction.select(
            self.table, wanted, ("revision", *witness), with_row_id=True, rows_max=_BATCH_ROWS
        )
        transaction.update(self.table, [_marked(row) for row in rows])
        return len(rows)


def _marked(row: Row) -> Row:
    """The row with its next revision; a Flow without relations is known to have none in that one too."""
    changed = {ROW_ID: row[ROW_ID], _COLUMN: LOOK_US, "revision": row["revision"] + 1}
    if "unrelated_revision" not in row:
        return changed
    is_unrelated = row["unrelated_revision"] == row["revision"]
    return changed | {"unrelated_revision": row["revision"] + 1 if is_unrelated else RELATED}


MIGRATION = Migration(
    6,
    "when retention looks at each Flow next",
    (
        AddColumns(FLOWS, (_COLUMN,)),
        AddColumns(SOURCES, (_COLUMN,)),
        AddColumns(RECYCLE_BIN, (_COLUMN,)),
        AddProjections(FLOWS),
        AddProjections(SOURCES),
        MarkTagged(FLOWS),
        MarkTagged(SOURCES),
    ),
)
