"""Lets pages of listings read only the rows near them (ADR 28).

The previous release can use these tables.
"""

from tams.repositories.migrations.migration import Migration
from tams.repositories.migrations.steps import AddProjections
from tams.repositories.recycle_bin_table import RECYCLE_BIN
from tams.repositories.service_tables import DELETION_REQUESTS
from tams.repositories.tables import FLOWS, SOURCES

MIGRATION = Migration(
    12,
    "listings in the order of projections",
    (
        AddProjections(FLOWS),
        AddProjections(SOURCES),
        AddProjections(DELETION_REQUESTS),
        AddProjections(RECYCLE_BIN),
    ),
)
