"""What a client may register: the shape of a request, and the faults of one segment by itself."""

from typing import Any

import pytest

from tams.errors import InvalidRequestError
from tams.models.flow_segment import (
    SEGMENTS_MAX,
    FlowSegmentPost,
    SegmentFault,
    parse_segments_post,
)
from tams.timing import TimeRange

GOOD: dict[str, Any] = {"object_id": "a/b", "timerange": "[0:0_10:0)"}
LAST_SECOND = 2**79 // 10**9


def url(label: str) -> dict[str, str]:
    return {"url": "https://store.example.com/a", "label": label}


FAULTS: list[tuple[str, dict[str, Any], str]] = [
    ("nameless object", {"object_id": ""}, "object_id: must not be empty"),
    ("nameless init object", {"init_object_id": ""}, "init_object_id: must not be empty"),
    ("media is its own init", {"init_object_id": "a/b"}, "init_object_id: must be another Object"),
    ("never", {"timerange": "()"}, "timerange: must not be empty"),
    ("empty text", {"timerange": ""}, "timerange: must not be empty"),
    ("reversed", {"timerange": "[5:0_3:0)"}, "timerange: must not be empty"),
    ("instant left out", {"timerange": "(5:0)"}, "timerange: must not be empty"),
    ("eternity", {"timerange": "_"}, "timerange: _ must have a start and an end"),
    ("no end", {"timerange": "[5:0_"}, "timerange: [5:0_ must have a start and an end"),
    ("no start", {"timerange": "_5:0)"}, "timerange: _5:0) must have a start and an end"),
    ("start left out", {"timerange": "(0:0_1:0)"}, "(0:0_1:0) must include its start"),
    (
        "beyond all time",
        {"timerange": f"[{LAST_SECOND}:0_{LAST_SECOND + 1}:0)"},
        "is beyond 604 million million seconds",
    ),
    (
        "before all time",
        {"timerange": f"[-{LAST_SECOND + 1}:0_0:0)"},
        "is beyond 604 million million seconds",
    ),
    (
        "Object time beyond all time",
        {"ts_offset": f"-{LAST_SECOND}:0"},
        "ts_offset: timerange - ts_offset = ",
    ),
    (
        "vast offset",
        {"ts_offset": f"{LAST_SECOND + 1}:0"},
        "ts_offset: 604462909807315:0 is beyond",
    ),
    ("negative duration", {"last_duration": "-0:1"}, "last_duration: -0:1 must not be negative"),
    (
        "vast duration",
        {"last_duration": f"{LAST_SECOND + 1}:0"},
        "last_duration: 604462909807315:0",
    ),
    ("empty Object", {"object_timerange": "()"}, "object_timerange: must not be empty"),
    ("endless Object", {"object_timerange": "_"}, "object_timerange: _ must have a start"),
    (
        "Object too short",
        {"object_timerange": "[0:0_9:0)"},
        "object_timerange: [0:0_9:0) does not cover timerange - ts_offset = [0:0_10:0)",
    ),
    (
        "Object elsewhere",
        {"object_timerange": "[0:0_10:0)", "ts_offset": "-1:0"},
        "does not cover timerange - ts_offset = [1:0_11:0)",
    ),
    (
        "classes of its own",
        {"tags": {"auth_classes": ["news"]}},
        "tags: auth_classes is not a tag of Segments, which have the classes of their Flow",
    ),
    ("tags too large", {"tags": {"a": "x" * 4_096}}, "must not exceed 4096 bytes"),
    (
        "a long name repeated by a list",
        {"tags": {"n" * 100: [""] * 40}},
        "each value counts with its name",
    ),
    ("a label twice", {"get_urls": [url("a"), url("b"), url("a")]}, "the label 'a' is given more"),
]


@pytest.mark.parametrize(
    ("changes", "reason"), [case[1:] for case in FAULTS], ids=[case[0] for case in FAULTS]
)
def test_a_fault_fails_one_segment_of_a_list_but_all_of_a_request_for_one(
    changes: dict[str, Any], reason: str
) -> None:
    with pytest.raises(InvalidRequestError) as refusal:
        parse_segments_post(GOOD | changes)
    entries, is_list = parse_segments_post([GOOD, GOOD | changes, GOOD])

    assert reason in str(refusal.value)
    assert is_list
    assert [type(entry) for entry in entries] == [FlowSegmentPost, SegmentFault, FlowSegmentPost]
    fault = entries[1]
    assert isinstance(fault, SegmentFault)
    assert fault.reason == str(refusal.value)
    assert fault.segment == FlowSegmentPost.from_body(GOOD | changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"timerange": "[5:0]"},
        {"timerange": "5:0"},
        {"timerange": "[0:0_10:0]"},
        {"timerange": "[-10:0_-0:5)"},
        {"timerange": f"[{LAST_SECOND}:0_{LAST_SECOND}:587353087)"},
        {"ts_offset": "-1:0", "object_timerange": "[1:0_20:0)"},
        {"object_timerange": "[0:0_10:0]"},
        {"last_duration": "0:0"},
        {"get_urls": [url("a"), url("b")]},
        {"get_urls": []},
        {"key_frame_count": 1.0, "unheard_of": None},
    ],
    ids=str,
)
def test_a_sound_segment_is_taken(changes: dict[str, Any]) -> None:
    entries, is_list = parse_segments_post(GOOD | changes)

    assert not is_list
    assert entries == [FlowSegmentPost.from_body(GOOD | changes)]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"object_id": 5}, "object_id: must be a string"),
        ({"timerange": "x"}, "timerange: 'x' is not a timerange"),
        ({"timerange": None}, "timerange: must not be null"),
        ({"ts_offset": "1.5"}, "ts_offset: '1.5' is not a timestamp"),
        ({"ts_offset": 5}, "ts_offset: must be a string"),
        ({"key_frame_count": True}, "key_frame_count: must be an integer"),
        ({"sample_count": 2**63}, "sample_count: must be at most 9223372036854775807"),
        ({"get_urls": [{"url": "https://a"}]}, "get_urls[0].label: is required"),
        ({"get_urls": {}}, "get_urls: must be an array"),
    ],
    ids=str,
)
def test_a_segment_off_the_schema_fails_the_whole_list(
    changes: dict[str, Any], reason: str
) -> None:
    with pytest.raises(InvalidRequestError) as refusal:
        parse_segments_post([GOOD, GOOD | changes])

    assert str(refusal.value).startswith(f"[1].{reason}")


@pytest.mark.parametrize("body", [None, "x", 5, [5], [[]]], ids=str)
def test_a_segment_is_an_object(body: object) -> None:
    with pytest.raises(InvalidRequestError, match="must be an object"):
        parse_segments_post(body)


def test_an_empty_list_registers_nothing() -> None:
    assert parse_segments_post([]) == ([], True)


def test_a_request_carries_so_many_segments_and_no_more() -> None:
    assert len(parse_segments_post([GOOD] * SEGMENTS_MAX).entries) == SEGMENTS_MAX
    with pytest.raises(InvalidRequestError, match="may carry 50000 segments, not 50001"):
        parse_segments_post([GOOD] * (SEGMENTS_MAX + 1))


def test_an_object_is_used_where_the_segment_is_less_the_offset() -> None:
    segment = FlowSegmentPost.from_body(GOOD | {"ts_offset": "-0:500000000"})

    assert segment.used_timerange == TimeRange.parse("[0:500000000_10:500000000)")
    assert FlowSegmentPost.from_body(GOOD).used_timerange == TimeRange.parse("[0:0_10:0)")
