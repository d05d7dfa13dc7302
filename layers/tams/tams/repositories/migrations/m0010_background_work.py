"""Lets the relay find the oldest events that wait for it, however many there are.

The projection replaces one of the same columns in another order. The previous release can use these tables.
"""

from tams.repositories.event_tables import EVENTS
from tams.repositories.migrations.migration import Migration
from tams.repositories.migrations.steps import AddProjections, DropProjection

MIGRATION = Migration(
    10,
    "events that wait for the relay, the oldest first",
    (
        AddProjections(EVENTS),
        DropProjection(EVENTS, "events_by_place"),
    ),
)
