"""Lets a restore see which deletion request would delete again what it brings back; lists whole deletions.

The release before can use these tables. The requests that it accepts have null here, and so have those that
are at work during the upgrade: a restore does not wait for them.
"""

from tams.repositories.migrations.migration import Migration
from tams.repositories.migrations.steps import AddColumns, AddProjections, DropProjection
from tams.repositories.recycle_bin_table import RECYCLE_BIN
from tams.repositories.service_tables import DELETION_REQUESTS

MIGRATION = Migration(
    13,
    "what deletion requests cover",
    (
        AddColumns(DELETION_REQUESTS, ("covers",)),
        AddProjections(DELETION_REQUESTS),
        AddProjections(RECYCLE_BIN),
        DropProjection(RECYCLE_BIN, "recycle_bin_by_deleted"),
    ),
)
