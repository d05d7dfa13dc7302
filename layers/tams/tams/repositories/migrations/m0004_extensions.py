"""Marks Sources that clients created by themselves, which stay when their last Flow goes; and keeps batches.

Null means that a Source goes with its last Flow. The release before can use these tables: it writes neither
the column nor the table, and offers no request that needs them.
"""

from tams.repositories.migrations.migration import Migration
from tams.repositories.migrations.steps import AddColumns, AddTables
from tams.repositories.service_tables import BATCHES
from tams.repositories.tables import SOURCES

MIGRATION = Migration(
    4,
    "which Sources stay without Flows, and what became of batches that may be repeated",
    (AddColumns(SOURCES, ("kept",)), AddTables((BATCHES,))),
)
