"""The views of Sources, Flows, their collections and their Segments."""

from sql.view import Column, View, json_of, number_of, plain, rational_of, text_of

FORMAT_NAME = Column(
    "format_name",
    "VARCHAR",
    "The last word of `format`: `video`, `audio`, `image`, `data` or `multi`.",
    "split_part(format, ':', -1)",
)
_TAGS = json_of("tags", "As JSON. `tags->>'$.camera'` is the value of the tag `camera`.")
DOCUMENT = Column(
    "document",
    "JSON",
    "What is stored of the resource as in the API, as JSON, for whatever has no column of its own.",
    "document::JSON",
)
DAY = plain("day", "DATE", "The day of `created`.")
NS = "Null if 64 bits do not hold it, which is after 2262."
START = plain("start_ns", "BIGINT", f"Start of the media, in nanoseconds of TAI since 1970. {NS}")
END = plain("end_ns", "BIGINT", f"End of the media, exclusive, in nanoseconds of TAI. {NS}")
DURATION = plain(
    "duration_ns",
    "BIGINT",
    "Nanoseconds from start to end. It may have a value where those have none.",
)

SOURCES = View(
    "sources",
    "Sources, as `GET /sources` lists them.",
    (
        plain("id", "VARCHAR", "Id of the Source."),
        plain("format", "VARCHAR", "As in the API, such as `urn:x-nmos:format:video`."),
        FORMAT_NAME,
        plain("label", "VARCHAR", "Its name for people."),
        text_of("description", "What it is, for people."),
        _TAGS,
        plain("flow_count", "BIGINT", "How many Flows it has."),
        text_of("created_by", "Who created it."),
        text_of("updated_by", "Who changed it last."),
        plain("created", "TIMESTAMP", "When it was created, in UTC."),
        plain("updated", "TIMESTAMP", "When it was changed last, in UTC."),
        DAY,
        DOCUMENT,
    ),
    "sources",
)

FLOWS = View(
    "flows",
    "Flows, as `GET /flows` lists them.",
    (
        plain("id", "VARCHAR", "Id of the Flow."),
        plain("source_id", "VARCHAR", "Id of its Source."),
        plain("format", "VARCHAR", "As in the API, such as `urn:x-nmos:format:video`."),
        FORMAT_NAME,
        plain("label", "VARCHAR", "Its name for people."),
        text_of("description", "What it is, for people."),
        _TAGS,
        plain("codec", "VARCHAR", "Such as `video/h264`."),
        plain("container", "VARCHAR", "Such as `video/mp2t`."),
        number_of("avg_bit_rate", "In 1000 bits per second."),
        number_of("max_bit_rate", "In 1000 bits per second."),
        plain("frame_width", "BIGINT", "In pixels."),
        plain("frame_height", "BIGINT", "In pixels."),
        rational_of(
            "frame_rate", "DOUBLE", "Frames per second.", "essence_parameters.frame_rate", "1.0"
        ),
        number_of("sample_rate", "Samples of sound per second.", "essence_parameters.sample_rate"),
        number_of("channels", "Channels of sound.", "essence_parameters.channels"),
        number_of(
            "generation",
            "How many generations of encoding it is away from the original; 0 is the original.",
        ),
        plain("status", "VARCHAR", "Status of the ingest, such as `ingesting`."),
        plain("read_only", "BOOLEAN", "Whether it accepts no Segments and no changes."),
        plain("profile_id", "VARCHAR", "Id of its Profile."),
        plain(
            "segment_count",
            "BIGINT",
            "How many Segments it has, those that a running deletion is still to remove included.",
        ),
        plain(
            "start_ns",
            "BIGINT",
            f"Start of its first Segment, in nanoseconds of TAI since 1970. {NS}",
        ),
        plain(
            "end_ns", "BIGINT", f"End of its last Segment, exclusive, in nanoseconds of TAI. {NS}"
        ),
        plain("duration_ns", "BIGINT", "Nanoseconds from start to end, gaps included."),
        text_of("created_by", "Who created it."),
        text_of("updated_by", "Who changed it last."),
        plain("created", "TIMESTAMP", "When it was created, in UTC."),
        plain("metadata_updated", "TIMESTAMP", "When its properties were changed last, in UTC."),
        plain("segments_updated", "TIMESTAMP", "When its Segments were changed last, in UTC."),
        DAY,
        DOCUMENT,
    ),
    "flows",
)

SEGMENTS = View(
    "segments",
    "Segments, as `GET /flows/{flowId}/segments` lists them, of all Flows.",
    (
        plain("flow_id", "VARCHAR", "Id of the Flow."),
        plain("timerange", "VARCHAR", "As in the API, such as `[0:0_2:0)`."),
        START,
        END,
        DURATION,
        plain(
            "media_day",
            "DATE",
            "The day of `start_ns`, in TAI. That is 37 s ahead of UTC since 2017.",
        ),
        plain("object_id", "VARCHAR", "Id of the Object that holds its media."),
        plain("init_object_id", "VARCHAR", "Id of the init Object that it needs."),
        plain(
            "ts_offset", "VARCHAR", "Time of the Segment minus time in the Object, as in the API."
        ),
        plain("object_timerange", "VARCHAR", "As in the API."),
        plain("last_duration", "VARCHAR", "As in the API."),
        plain("sample_offset", "BIGINT", "As in the API."),
        plain("sample_count", "BIGINT", "As in the API."),
        plain("key_frame_count", "BIGINT", "As in the API."),
        Column(
            "tags",
            "JSON",
            "Tags of the Segment, as JSON.",
            "split_part(tags, chr(10), -1)::JSON",
        ),
        Column(
            "storage_ids",
            "VARCHAR[]",
            "The storage backends that have its Object.",
            "list_filter((instances->>'$[*].storage_id'), x -> x IS NOT NULL)",
        ),
        plain("created", "TIMESTAMP", "When it was registered, in UTC."),
        DAY,
    ),
    "segments",
)

COLLECTIONS = View(
    "collections",
    "Members of Flows that collect others: one row for each.",
    (
        plain("flow_id", "VARCHAR", "Id of the Flow that collects."),
        plain("member_id", "VARCHAR", "Id of the Flow that is collected."),
        plain("role", "VARCHAR", "The role of the member, such as `video`."),
        plain("position", "BIGINT", "Its place in the collection, from 0."),
        plain("source_id", "VARCHAR", "Id of the Source of the Flow that collects."),
        plain("member_source_id", "VARCHAR", "Id of the member's Source."),
        Column("container_mapping", "JSON", "As in the API, as JSON.", "container_mapping::JSON"),
    ),
    "collections",
)
