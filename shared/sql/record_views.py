"""The views of Objects and their instances, and of what happened: events, deletions, the recycle bin."""

from sql.resource_views import DAY, DOCUMENT, DURATION, END, START
from sql.view import Column, View, json_of, plain, text_of

OBJECTS = View(
    "objects",
    "Objects, as `GET /objects/{objectId}` shows them. Those that nothing uses are in `objects_all`.",
    (
        plain("id", "VARCHAR", "Id of the Object."),
        plain(
            "kind",
            "VARCHAR",
            "`media`, or `init` for what decoders need first; null until first used.",
        ),
        plain("state", "VARCHAR", "`allocated`, `referenced` once it is in use, or `doomed`."),
        plain("flow_id", "VARCHAR", "Id of the Flow that it was allocated for."),
        plain("timerange", "VARCHAR", "The timerange of its media, as in the API."),
        plain("content_type", "VARCHAR", "Such as `video/mp2t`."),
        plain("init_object_id", "VARCHAR", "Id of the init Object that it needs."),
        plain("key_frame_count", "BIGINT", "As in the API."),
        plain(
            "reference_count",
            "BIGINT",
            "How many Segments use it, deleted ones included, or Objects, if it is an init Object.",
        ),
        plain(
            "size_bytes",
            "BIGINT",
            "Null until S3 has reported the upload, and for media elsewhere.",
        ),
        plain("etag", "VARCHAR", "As S3 reported it."),
        Column(
            "instance_count",
            "BIGINT",
            "How many instances it has.",
            "json_array_length(instances)::BIGINT",
        ),
        plain("created", "TIMESTAMP", "When it was allocated or registered, in UTC."),
        plain("uploaded", "TIMESTAMP", "When S3 reported the upload, in UTC."),
        DAY,
    ),
    "objects",
)

INSTANCES = View(
    "instances",
    "Where the media of Objects is: one row for each instance.",
    (
        Column("object_id", "VARCHAR", "Id of the Object.", "id"),
        Column(
            "storage_id",
            "VARCHAR",
            "Id of the storage backend; null for media elsewhere.",
            "instance->>'$.storage_id'",
        ),
        Column(
            "controlled",
            "BOOLEAN",
            "Whether the service controls it, on a storage backend.",
            "(instance->>'$.storage_id') IS NOT NULL",
        ),
        Column("url", "VARCHAR", "The URL of media elsewhere.", "instance->>'$.url'"),
        Column("label", "VARCHAR", "The label of media elsewhere.", "instance->>'$.label'"),
        plain("content_type", "VARCHAR", "Such as `video/mp2t`."),
        plain("size_bytes", "BIGINT", "The bytes of the Object; null if unknown."),
        plain("created", "TIMESTAMP", "When the Object was allocated or registered, in UTC."),
        plain("day", "DATE", "The day of `created`."),
    ),
    "objects",
    ", unnest(from_json(instances, '[\"JSON\"]')) AS every(instance)",
)

EVENTS = View(
    "events",
    "The event log of the past week, as `GET /events` reads it.",
    (
        plain("seq", "BIGINT", "Its place in the log."),
        plain("id", "VARCHAR", "Id of the event."),
        plain("event_type", "VARCHAR", "Such as `flows/segments_added`."),
        plain("flow_id", "VARCHAR", "Id of the Flow that it is about."),
        plain("source_id", "VARCHAR", "Id of the Source that it is about."),
        plain("timerange", "VARCHAR", "What was added or deleted, for events of Segments."),
        plain("created", "TIMESTAMP", "When it happened, in UTC."),
        DAY,
        Column("document", "JSON", "The Flow or Source as it was then, as JSON.", "document::JSON"),
    ),
    "events",
)

DELETIONS = View(
    "deletions",
    "Deletion requests, as `GET /flow-delete-requests` lists them.",
    (
        plain("id", "VARCHAR", "Id of the request."),
        plain("flow_id", "VARCHAR", "Id of the Flow."),
        plain("delete_flow", "BOOLEAN", "Whether the Flow goes with its Segments."),
        plain("status", "VARCHAR", "`created`, `started`, `done` or `error`."),
        text_of("timerange_to_delete", "As in the API."),
        text_of("timerange_remaining", "As in the API."),
        text_of("created_by", "Who asked for it."),
        plain("created", "TIMESTAMP", "When it was asked for, in UTC."),
        plain("updated", "TIMESTAMP", "When it was worked on last, in UTC."),
        plain("expiry", "TIMESTAMP", "When the request itself will be forgotten, in UTC."),
        json_of("error", "Why it could not go on, as JSON."),
        DAY,
        DOCUMENT,
    ),
    "deletions",
)

RECYCLE_BIN = View(
    "recycle_bin",
    "What can still be restored, as `GET /recycle-bin` lists it.",
    (
        plain("id", "VARCHAR", "Id of the entry."),
        plain("deletion_id", "VARCHAR", "The same for all that was deleted together."),
        plain("kind", "VARCHAR", "`flow`, `source`, or `segments` of a Flow that remains."),
        plain("resource_id", "VARCHAR", "Id of the Flow or Source."),
        plain("source_id", "VARCHAR", "Id of its Source."),
        plain("label", "VARCHAR", "Its label when it was deleted."),
        plain("segment_count", "BIGINT", "How many Segments are deleted with it."),
        START,
        END,
        DURATION,
        plain(
            "size_bytes", "BIGINT", "The bytes of the Objects that they use; null until measured."
        ),
        plain("unknown_sizes", "BIGINT", "How many of these Objects have no known size."),
        plain("deleted_by", "VARCHAR", "Who deleted it."),
        plain("deleted_at", "TIMESTAMP", "When it was deleted, in UTC."),
        plain("kept_until", "TIMESTAMP", "When it will be gone for good, in UTC."),
        plain("day", "DATE", "The day of `deleted_at`."),
    ),
    "recycle_bin",
)
