"""Lets a restore find the deletion request that would delete the restored Segments again; lists deletions.

The previous release can use these tables. Requests that it accepts have null in the new column, as do
requests that run during the upgrade: a restore does not wait for either.
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
