"""Lets the relay find the oldest events without a place, however many there are.

The projection by place alone has the same columns in another order. The release before can use these tables.
"""

from tams.repositories.event_tables import EVENTS
from tams.repositories.migrations.migration import Migration
from tams.repositories.migrations.steps import AddProjections, DropProjection

MIGRATION = Migration(
    10,
    "events by place and time",
    (AddProjections(EVENTS), DropProjection(EVENTS, "events_by_place")),
)
