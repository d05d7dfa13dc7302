"""Gives projections all columns of the selects that they are for, and adds those that were missing.

The new ones are there before the old ones go. The previous release can use these tables: its answers are the
same, and some of its selects take longer.
"""

from tams.repositories.migrations.migration import Migration
from tams.repositories.migrations.steps import AddProjections, DropProjection
from tams.repositories.object_tables import COPIES, OBJECTS
from tams.repositories.recycle_bin_table import RECYCLE_BIN
from tams.repositories.service_tables import BATCHES, DELETION_REQUESTS
from tams.repositories.tables import COLLECTIONS, FLOWS, SEGMENTS

MIGRATION = Migration(
    9,
    "projections that hold all columns of their selects",
    (
        *(
            AddProjections(each)
            for each in (
                FLOWS,
                COLLECTIONS,
                SEGMENTS,
                OBJECTS,
                COPIES,
                BATCHES,
                DELETION_REQUESTS,
                RECYCLE_BIN,
            )
        ),
        DropProjection(FLOWS, "flows_by_source"),
        DropProjection(COLLECTIONS, "collections_by_child"),
        DropProjection(COLLECTIONS, "collections_by_parent_source"),
        DropProjection(SEGMENTS, "segments_by_object"),
        DropProjection(OBJECTS, "objects_by_state"),
        DropProjection(DELETION_REQUESTS, "deletion_requests_by_flow"),
    ),
)
