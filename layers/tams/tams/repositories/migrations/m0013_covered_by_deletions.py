"""Lets a restore see which deletion request is about to delete what it brings back.

The release before can use these tables. Requests that it accepts, or that were at work during the upgrade, have
null here, so a restore does not wait for them.
"""

from tams.repositories.migrations.migration import Migration
from tams.repositories.migrations.steps import AddColumns, AddProjections
from tams.repositories.service_tables import DELETION_REQUESTS

MIGRATION = Migration(
    13,
    "what deletion requests cover",
    (AddColumns(DELETION_REQUESTS, ("covers",)), AddProjections(DELETION_REQUESTS)),
)
