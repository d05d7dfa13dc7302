"""All tables, as `provision` creates them."""

from tams.repositories.event_tables import (
    DELIVERIES,
    DELIVERY_STATES,
    EVENTS,
    MILESTONES,
    RELAY,
    WEBHOOKS,
)
from tams.repositories.recycle_bin_table import RECYCLE_BIN
from tams.repositories.tables import (
    BATCHES,
    COLLECTIONS,
    COPIES,
    DELETION_REQUESTS,
    FLOWS,
    GUARDS,
    OBJECTS,
    PROFILES,
    SCHEMA_VERSION,
    SEGMENTS,
    SERVICE,
    SOURCES,
)

ALL = (
    FLOWS,
    SOURCES,
    COLLECTIONS,
    SEGMENTS,
    OBJECTS,
    COPIES,
    BATCHES,
    EVENTS,
    MILESTONES,
    RELAY,
    DELIVERIES,
    DELIVERY_STATES,
    PROFILES,
    WEBHOOKS,
    DELETION_REQUESTS,
    SERVICE,
    GUARDS,
    RECYCLE_BIN,
    SCHEMA_VERSION,
)
