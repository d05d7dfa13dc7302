"""Lets pages of listings read the rows near them, and no others (ADR 28).

The release before can use these tables. The projection that is made again lacked columns that listings of a
Source's Flows sort and filter by.
"""

from tams.repositories.migrations.migration import Migration
from tams.repositories.migrations.steps import AddProjections, RenewProjection
from tams.repositories.recycle_bin_table import RECYCLE_BIN
from tams.repositories.tables import DELETION_REQUESTS, FLOWS, SOURCES

MIGRATION = Migration(
    9,
    "listings in the order of projections",
    (
        RenewProjection(FLOWS, "flows_by_source"),
        AddProjections(FLOWS),
        AddProjections(SOURCES),
        AddProjections(DELETION_REQUESTS),
        AddProjections(RECYCLE_BIN),
    ),
)
