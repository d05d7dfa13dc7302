"""Marks Sources that clients created by themselves, which stay when their last Flow goes.

Null means that a Source goes with its last Flow. The release before can use these tables: it does not write
the column, and offers no request that needs it.
"""

from tams.repositories.migrations.migration import Migration
from tams.repositories.migrations.steps import AddColumns
from tams.repositories.tables import SOURCES

MIGRATION = Migration(4, "which Sources stay without Flows", (AddColumns(SOURCES, ("kept",)),))
