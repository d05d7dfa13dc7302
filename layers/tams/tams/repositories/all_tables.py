"""All tables, as `provision` creates them."""

from tams.repositories.coverage_table import COVERAGE
from tams.repositories.event_tables import (
    DELIVERIES,
    DELIVERY_STATES,
    EVENTS,
    MILESTONES,
    RELAY,
    WEBHOOKS,
)
from tams.repositories.object_tables import COPIES, OBJECTS
from tams.repositories.recycle_bin_table import RECYCLE_BIN
from tams.repositories.service_tables import (
    BATCHES,
    DELETION_REQUESTS,
    GUARDS,
    SCHEMA_VERSION,
    SERVICE,
)
from tams.repositories.tables import COLLECTIONS, FLOWS, PROFILES, SEGMENTS, SOURCES

ALL = (
    FLOWS,
    SOURCES,
    COLLECTIONS,
    SEGMENTS,
    COVERAGE,
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
