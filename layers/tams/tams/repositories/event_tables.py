"""The tables of events and their delivery to webhooks. The rules for columns are in `tables`."""

from tams.repositories.table import INT, TEXT, Projection, Table, columns

EVENT_ROUTING = (
    "created_us",
    "id",
    "event_type",
    "flow_id",
    "source_id",
    "collected_by",
    "auth_classes",
)
"""All columns that decide which webhooks get an event."""

EVENTS = Table(
    "events",
    columns(
        id=TEXT,
        event_type=TEXT,
        flow_id=TEXT,
        source_id=TEXT,
        timerange=TEXT,
        document=TEXT,
        collected_by=TEXT,  # the last collectors of a deleted resource, as JSON
        auth_classes=TEXT,  # of the Flow or Source, in the form of `tags`
        created_us=INT,
        seq=INT,  # its place among all events; 0 until every webhook that wants it has its delivery
    ),
    sorting_key=("created_us", "id"),
    projections=(
        # Holds all that routing needs, so that the relay reads no event itself. Those without a place come
        # first, the oldest first.
        Projection(
            "events_by_place_and_time",
            ("seq", "created_us"),
            tuple(name for name in EVENT_ROUTING if name != "created_us"),
        ),
    ),
)

MILESTONES = Table(
    "milestones",
    columns(
        seq=INT,
        newest_us=INT,  # no event up to this place has a later stamp; or FORGOTTEN_US
    ),
    sorting_key=("newest_us",),
)

FORGOTTEN_US = -1
"""Marks a milestone before which no events are left."""

RELAY = Table(
    "relay",
    columns(
        last_seq=INT,
        newest_us=INT,  # no event with a place has a later stamp
        page_secret=TEXT,  # encrypts the page keys of the event log
        event_id=TEXT,
        revision=INT,
    ),
)

DELIVERIES = Table(
    "deliveries",
    columns(webhook_id=TEXT, seq=INT, event_id=TEXT, created_us=INT),
    sorting_key=("webhook_id", "seq"),
)

DELIVERY_STATES = Table(
    "delivery_states",
    columns(
        webhook_id=TEXT,
        cursor_seq=INT,
        attempts=INT,
        failing_since_us=INT,
        next_us=INT,
        holder=TEXT,
        event_id=TEXT,
        revision=INT,
    ),
    sorting_key=("webhook_id",),
)

WEBHOOKS = Table(
    "webhooks",
    columns(
        id=TEXT,
        url=TEXT,
        status=TEXT,
        tags=TEXT,
        document=TEXT,  # with the client's secret
        event_id=TEXT,
        revision=INT,
    ),
    sorting_key=("id",),
)
