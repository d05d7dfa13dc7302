"""The recycle bin, and timelines that are not stored under their Flow's id.

A Flow whose id was used before has another timeline, and the earlier one may be in the recycle bin. A release
that does not know this would show the earlier Flow's Segments, so it must not run any more.
"""

from tams.repositories.migrations.migration import Migration
from tams.repositories.migrations.steps import AddColumns, AddTables
from tams.repositories.recycle_bin_table import RECYCLE_BIN
from tams.repositories.tables import FLOWS

MIGRATION = Migration(
    5,
    "the recycle bin",
    (AddColumns(FLOWS, ("timeline_id",)), AddTables((RECYCLE_BIN,))),
    additive=False,
)
