"""A client that lost the response posts its Segment again, and it is recognised (SEG-26)."""

from dataclasses import replace
from typing import Any

import pytest

from tams.models.flow_segment import FlowSegmentPost
from tams.models.stored import StoredSegment
from tams.models.stored_objects import Instance
from tams.services.segments.repeats import differences
from tams.timing import TimeRange

STORED = StoredSegment("f", TimeRange.parse("[0:0_1:0)"), "o", ())
BODY = {"object_id": "o", "timerange": "[0:0_1:0)"}
OWN = Instance(url="https://example.com/o", label="mine")


def told(*instances: Instance, **fields: Any) -> list[str]:
    return differences(FlowSegmentPost.from_body({**BODY, **fields}), STORED, instances)


@pytest.mark.parametrize("fields", [{}, {"ts_offset": "0:0"}, {"sample_offset": 0}])
def test_what_is_left_out_counts_as_what_it_stands_for(fields: dict[str, Any]) -> None:
    assert told(**fields) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("timerange", "[0:0_1:0]"),
        ("object_id", "p"),
        ("ts_offset", "1:0"),
        ("last_duration", "0:40000000"),
        ("sample_offset", 1),
        ("sample_count", 25),
        ("key_frame_count", 1),
    ],
)
def test_what_differs_is_named(name: str, value: Any) -> None:
    assert told(**{name: value}) == [name]


def test_what_was_learnt_of_the_object_may_be_left_out_and_not_changed() -> None:
    stored = replace(STORED, key_frame_count=2)

    assert differences(FlowSegmentPost.from_body(BODY), stored, ()) == []
    again = FlowSegmentPost.from_body({**BODY, "key_frame_count": 3})
    assert differences(again, stored, ()) == ["key_frame_count"]


@pytest.mark.parametrize(
    ("there", "given", "differing"),
    [
        ({"a": "1"}, None, []),
        ({"a": "1", "b": ["2"]}, {"b": ["2"], "a": "1"}, []),
        ({"a": "1"}, {"a": "2"}, ["tags"]),
        ({"a": "1"}, {"a": ["1"]}, ["tags"]),
        ({"a": "1"}, {}, ["tags"]),
        (None, None, []),
        (None, {}, []),
        (None, {"a": "1"}, ["tags"]),
    ],
)
def test_tags_may_be_left_out_and_are_compared_when_they_are_given(
    there: Any, given: Any, differing: list[str]
) -> None:
    body = BODY if given is None else {**BODY, "tags": given}

    assert (
        differences(FlowSegmentPost.from_body(body), replace(STORED, tags=there), ()) == differing
    )


def test_urls_that_the_object_has_are_no_difference() -> None:
    given = [{"url": OWN.url, "label": OWN.label}]

    assert told(OWN, get_urls=given) == []
    assert told(get_urls=given) == ["get_urls"]
