"""Segments, URLs and events as JSON: which properties are shown and which are not (URL, EVT)."""

from typing import Any

import pytest

from tams.errors import ForbiddenError, InvalidRequestError
from tams.models.delivery import Announcement
from tams.models.filters import TagFilter, UrlFilter
from tams.models.flow import technical_of
from tams.models.source import Source
from tams.models.storage_backend import StorageBackend
from tams.models.stored import StoredEvent, StoredFlow, StoredSegment
from tams.models.stored_objects import Instance
from tams.services.access.permissions import readable_backends
from tams.services.access.writable import writable
from tams.services.events.documents import EventDocuments
from tams.services.events.log import EventQuery
from tams.services.flows.announcements import flow_event, source_event
from tams.services.flows.description import check_init_segments
from tams.services.objects.get_urls import GetUrls
from tams.services.segments.documents import segment_json
from tams.timing import TimeRange
from tests.builders import SOURCE_ID, a_video_flow
from tests.in_process import ARCHIVE_ID, START, Bytes
from tests.integration.local_vast import STORAGE_ID

HERE = Instance(storage_id=STORAGE_ID)
THERE = Instance(storage_id=ARCHIVE_ID)
THEIRS = Instance(url="https://example.com/a.ts", label="theirs")


def backend(storage_id: str, label: str | None, **fields: Any) -> StorageBackend:
    kinds = {"store_type": "http_object_store", "provider": "p", "store_product": "s"}
    return StorageBackend.model_validate({"id": storage_id, "label": label, **kinds, **fields})


BACKENDS = {
    STORAGE_ID: backend(STORAGE_ID, "local", default_storage=True, tags={"tier": "hot"}),
    ARCHIVE_ID: backend(ARCHIVE_ID, None, tags={"auth_classes": ["news"]}),
}


def urls(*instances: Instance, **chosen: Any) -> list[dict[str, Any]]:
    return GetUrls(Bytes().get_url, BACKENDS, UrlFilter(**chosen)).of("o", instances)


def test_an_entry_says_no_more_than_it_was_asked_for() -> None:
    assert urls(HERE, THERE, THEIRS) == [
        {"url": f"get:{STORAGE_ID}/o", "presigned": True, "label": "local"},
        {"url": f"get:{ARCHIVE_ID}/o", "presigned": True},
        {"url": THEIRS.url, "label": "theirs"},
    ]
    here, _, theirs = urls(HERE, THERE, THEIRS, verbose_storage=True)
    assert (here["storage_id"], here["controlled"], here["provider"]) == (STORAGE_ID, True, "p")
    assert not {"id", "default_storage"} & here.keys()
    assert theirs["controlled"] is False


@pytest.mark.parametrize(
    ("chosen", "labels"),
    [
        ({"accept_get_urls": ()}, []),
        ({"accept_get_urls": ("theirs",)}, ["theirs"]),
        ({"accept_storage_ids": (ARCHIVE_ID,)}, [None]),
        ({"presigned": False}, ["theirs"]),
        ({"presigned": True}, ["local", None]),
        ({"backend_tags": (TagFilter("tier", ("hot",)),)}, ["local"]),
        ({"backend_tags": (TagFilter("tier", exists=False),)}, [None, "theirs"]),
    ],
)
def test_filters_choose_by_what_an_entry_may_not_even_show(
    chosen: dict[str, Any], labels: list[str | None]
) -> None:
    assert [each.get("label") for each in urls(HERE, THERE, THEIRS, **chosen)] == labels


@pytest.mark.parametrize(
    "instance",
    [Instance(storage_id="no longer configured"), Instance(url="javascript:alert(1)", label="x")],
)
def test_what_nobody_can_or_should_open_is_not_shown(instance: Instance) -> None:
    assert urls(instance) == []


def test_backends_of_classes_are_for_their_readers_and_others_for_all() -> None:
    assert readable_backends(None, BACKENDS).keys() == {STORAGE_ID, ARCHIVE_ID}
    assert readable_backends(["news"], BACKENDS).keys() == {STORAGE_ID, ARCHIVE_ID}
    assert readable_backends(["sport"], BACKENDS).keys() == {STORAGE_ID}
    assert readable_backends([], BACKENDS).keys() == {STORAGE_ID}


SEGMENT = StoredSegment(
    "f",
    TimeRange.parse("[0:0_1:0)"),
    "o",
    (HERE, THERE),
    sample_offset=0,
    object_timerange="[5:0_6:0)",
    init_object_id="i",
    init_instances=(HERE,),
)


def test_a_segment_shows_zeros_and_leaves_out_what_is_not_set() -> None:
    shown = segment_json(SEGMENT, GetUrls(Bytes().get_url, BACKENDS, UrlFilter()))

    assert shown["sample_offset"] == 0
    assert not {"ts_offset", "sample_count", "object_timerange", "event_id"} & shown.keys()
    assert shown["init_object"]["get_urls"][0]["url"] == f"get:{STORAGE_ID}/i"
    wide = segment_json(
        SEGMENT, GetUrls(Bytes().get_url, BACKENDS, UrlFilter()), include_object_timerange=True
    )
    assert wide["object_timerange"] == "[5:0_6:0)"


@pytest.mark.parametrize(
    ("event_type", "fields", "content"),
    [
        ("flows/created", {"document": {"a": 1}}, {"flow": {"a": 1}}),
        ("sources/updated", {"document": {"a": 1}}, {"source": {"a": 1}}),
        ("sources/deleted", {"source_id": "s"}, {"source_id": "s"}),
        ("flows/deleted", {"flow_id": "f"}, {"flow_id": "f"}),
        (
            "flows/segments_deleted",
            {"flow_id": "f", "timerange": TimeRange.parse("[0:0_1:0)")},
            {"flow_id": "f", "timerange": "[0:0_1:0)"},
        ),
        ("flows/segments_added", {"flow_id": "f"}, {"flow_id": "f", "segments": []}),
    ],
)
def test_each_kind_of_event_has_its_content(
    event_type: str, fields: dict[str, Any], content: dict[str, Any]
) -> None:
    event = StoredEvent("e", event_type, 1_500_000, **fields)

    (made,) = EventDocuments(Bytes(), BACKENDS).of([Announcement(1, event)], EventQuery(limit=1))

    assert made["event"] == content
    assert made["event_type"] == event_type
    assert made["event_timestamp"] == "1970-01-01T00:00:01Z"


def test_urls_in_events_are_of_backends_that_the_reader_may_read() -> None:
    event = StoredEvent("e", "flows/segments_added", 0, flow_id="f")
    announcement = Announcement(1, event, [SEGMENT])
    query = EventQuery(limit=1, read_classes=frozenset({"sport"}))

    (made,) = EventDocuments(Bytes(), BACKENDS).of([announcement], query)

    (segment,) = made["event"]["segments"]
    assert [each["url"] for each in segment["get_urls"]] == [f"get:{STORAGE_ID}/o"]


def test_an_event_keeps_the_classes_of_its_time_and_what_is_gone_has_no_document() -> None:
    flow = a_video_flow(tags={"auth_classes": ["news"]})
    source = Source(id=SOURCE_ID, format=flow.format, tags={"auth_classes": "sport"})

    assert flow_event("flows/updated", flow, START).auth_classes == ("news",)
    assert source_event("sources/updated", source, START).auth_classes == ("sport",)
    assert source_event("sources/updated", source, START).document is not None
    assert source_event("sources/deleted", source, START).document is None


def test_a_read_only_flow_is_not_writable() -> None:
    stored = StoredFlow(a_video_flow(read_only=False))

    assert writable(stored) is stored
    with pytest.raises(ForbiddenError, match="marked read-only"):
        writable(StoredFlow(a_video_flow(read_only=True)))


def test_init_segments_left_out_are_no_init_segments() -> None:
    plain, said = a_video_flow(), a_video_flow(init_segments=False)

    check_init_segments(plain, technical_of(said))
    with pytest.raises(InvalidRequestError):
        check_init_segments(said, technical_of(a_video_flow(init_segments=True)))
