"""Lets background work find the oldest rows that wait for it, however many there are.

They replace projections on most of the same columns in another order. The release before can use these
tables.
"""

from tams.repositories.event_tables import EVENTS
from tams.repositories.migrations.migration import Migration
from tams.repositories.migrations.steps import AddProjections, DropProjection
from tams.repositories.tables import OBJECTS

MIGRATION = Migration(
    8,
    "what waits for background work, the oldest first",
    (
        AddProjections(EVENTS),
        AddProjections(OBJECTS),
        DropProjection(EVENTS, "events_by_place"),
        DropProjection(OBJECTS, "objects_by_state"),
    ),
)
