"""All views, in the order in which they are listed."""

from sql.record_views import DELETIONS, EVENTS, INSTANCES, OBJECTS, RECYCLE_BIN
from sql.resource_views import COLLECTIONS, FLOWS, SEGMENTS, SOURCES

SHOWN = (
    SOURCES,
    FLOWS,
    SEGMENTS,
    OBJECTS,
    INSTANCES,
    COLLECTIONS,
    EVENTS,
    DELETIONS,
    RECYCLE_BIN,
)
"""What the API shows."""

WITH_DELETED = (
    SOURCES.with_deleted("Sources, with those in the recycle bin."),
    FLOWS.with_deleted("Flows, with those in the recycle bin."),
    SEGMENTS.with_deleted(
        "Segments, with those in the recycle bin and those that a deletion is still to remove."
    ),
    OBJECTS.with_deleted(
        "Objects, with those that nothing uses yet, or that only deleted Segments use, and doomed ones."
    ),
)

ALL = (*SHOWN, *WITH_DELETED)
