"""Marks Sources that clients created on their own, which stay without Flows, and records batches.

Null means that a Source is deleted with its last Flow. The previous release can use these tables: it writes
neither the column nor the table, and offers no request that needs them.
"""

from tams.repositories.migrations.migration import Migration
from tams.repositories.migrations.steps import AddColumns, AddTables
from tams.repositories.service_tables import BATCHES
from tams.repositories.tables import SOURCES

MIGRATION = Migration(
    4,
    "which Sources stay without Flows, and the results of batches that may be repeated",
    (AddColumns(SOURCES, ("kept",)), AddTables((BATCHES,))),
)
