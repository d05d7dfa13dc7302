"""What S3 reports about uploads, and the headers that uploads carry with their bytes."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tams.errors import InvalidRequestError
from tams.models.flow_storage import FlowStoragePost
from tams.models.upload import parse_notification
from tams.models.upload_segment import HEADERS_BYTES_MAX, UploadSegment, segment_of

TEST_EVENT = {"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "b", "Time": "2026"}


def record(key: str = "media/a", name: str = "ObjectCreated:Put", **of_object: Any) -> Any:
    return {
        "eventName": name,
        "eventTime": "2026-11-20T12:00:00.250Z",
        "s3": {"bucket": {"name": "b"}, "object": {"key": key, "size": 5, **of_object}},
    }


def test_a_notification_tells_what_was_uploaded_and_when() -> None:
    (upload,) = parse_notification({"Records": [record("media/a%252Fb+c", eTag='"e"')]})

    assert (upload.bucket, upload.key) == ("b", "media/a%2Fb c")
    assert (upload.size_bytes, upload.etag) == (5, "e")
    assert upload.uploaded_us == 1_795_176_000_250_000


def test_minio_says_the_same_in_other_words() -> None:
    told = {"EventName": "s3:ObjectCreated:Put", "Key": "b/media/a"}

    assert len(parse_notification({**told, "Records": [record(name="s3:ObjectCreated:Put")]})) == 1


@pytest.mark.parametrize(
    "body",
    [
        TEST_EVENT,
        {"Records": []},
        {"Records": None},
        {"Records": [record(name="ObjectRemoved:Delete")]},
    ],
)
def test_what_tells_of_no_upload_is_passed_over(body: Any) -> None:
    assert parse_notification(body) == []


def test_a_message_may_tell_of_several_uploads() -> None:
    keys = ["media/a", "media/b", "media/a"]

    found = parse_notification({"Records": [record(key) for key in keys]})

    assert [upload.key for upload in found] == keys


seconds = st.integers(0, 2**48)


def test_the_event_as_vast_writes_it() -> None:
    """Source: VAST Cluster administrator's guide, "S3 Event Record Format"."""
    record = {
        "awsRegion": "",
        "eventName": "s3:ObjectCreated:Put",
        "eventSource": "vast:s3",
        "eventTime": "2026-11-27T10:51:35.859365Z",
        "eventVersion": "2.2",
        "requestParameters": {"sourceIPAddress": "10.1.2.3"},
        "responseElements": {"x-amz-request-id": "1", "x-amz-id-2": "1"},
        "s3": {
            "bucket": {
                "arn": "arn:vast:s3:::media",
                "name": "media",
                "ownerIdentity": {"principalId": "user"},
            },
            "configurationId": "uploads",
            "object": {"eTag": "e", "key": "media/a", "sequencer": "1A", "size": "5"},
            "s3SchemaVersion": "1.0",
        },
        "userIdentity": {"principalId": "user"},
    }

    (upload,) = parse_notification({"Records": [record]})

    assert (upload.bucket, upload.key, upload.size_bytes) == ("media", "media/a", 5)


texts = st.text(max_size=5)


@given(
    seconds,
    st.integers(1, 10**6),
    st.booleans(),
    st.text(min_size=1, max_size=40),
    st.dictionaries(texts, texts | st.lists(texts, max_size=2), max_size=2),
)
def test_the_headers_say_the_segment_again(
    start: int, length: int, counted: bool, init_id: str, tags: dict[str, Any]
) -> None:
    segment = UploadSegment.model_validate(
        {
            "timerange": f"[{start}:0_{start + length}:5)",
            "ts_offset": f"{start}:0",
            "init_object_id": init_id,
            "tags": tags,
            **({"sample_count": length, "key_frame_count": 1} if counted else {}),
        }
    )

    assert all(header.isascii() for pair in segment.headers.items() for header in pair)
    again = segment_of(json.loads(json.dumps(segment.headers)), "an object")

    assert again == segment.post_for("an object")


def test_an_upload_without_a_timerange_asks_for_no_segment() -> None:
    assert segment_of({"x-amz-meta-tams-ts-offset": "1:0", "x-amz-meta-other": "x"}, "a") is None


@pytest.mark.parametrize(
    "headers",
    [
        {"timerange": "[2:0_1:0)"},
        {"timerange": "x"},
        {"timerange": "[0:0_1:0)", "sample-count": "many"},
        {"timerange": "[0:0_1:0)", "object-timerange": "[5:0_6:0)"},
        {"timerange": "[0:0_1:0)", "tags": "a=b"},
        {"timerange": "[0:0_1:0)", "tags": "[" * 1_900},
        {"timerange": "[0:0_1:0)", "tags": "%7B%22a%22%3A1%7D"},
        {"timerange": "[0:0_1:0)", "tags": "%7B%22auth_classes%22%3A%22x%22%7D"},
    ],
)
def test_an_upload_that_asks_for_nonsense_is_told_so(headers: dict[str, str]) -> None:
    given_headers = {f"x-amz-meta-tams-{name}": value for name, value in headers.items()}

    with pytest.raises(InvalidRequestError):
        segment_of(given_headers, "a")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"segments": []}, "segments"),
        ({"segments": [{}]}, "segments[0].timerange"),
        ({"segments": [{"timerange": "[1:0_0:0)"}]}, "must not be empty"),
        ({"segments": [{"timerange": "[0:0_1:0)"}], "limit": 2}, "2 requested, but 1 given"),
        ({"segments": [{"timerange": "[0:0_1:0)", "get_urls": []}]}, "get_urls"),
        (
            {"segments": [{"timerange": "[0:0_1:0)", "object_id": "a"}], "object_ids": ["b"]},
            "the same object_id as in object_ids[0]",
        ),
        (
            {"segments": [{"timerange": "[0:0_1:0)", "init_object_id": "é" * HEADERS_BYTES_MAX}]},
            "2000 bytes",
        ),
        ({"segments": [{"timerange": "[0:0_1:0)", "tags": {"a": 1}}]}, "segments[0].tags.a"),
        ({"segments": [{"timerange": "[0:0_1:0)", "tags": {"auth_classes": "x"}}]}, "classes"),
        ({"segments": [{"timerange": "[0:0_1:0)", "tags": {"a": "é" * 500}}]}, "2000 bytes"),
    ],
)
def test_storage_is_not_asked_for_segments_that_cannot_be(body: Any, words: str) -> None:
    with pytest.raises(InvalidRequestError, match=words.replace("[", r"\[").replace("]", r"\]")):
        FlowStoragePost.from_body(body)
