"""Our models accept and reject what the official schemas do, for the BBC's examples and mutants of them."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tams.models.flow import parse_flow, parse_flow_put
from tams.models.flow_segment import parse_segments_post
from tams.models.flow_storage import FlowStoragePost
from tams.models.service import ServicePost
from tams.models.source import Source
from tests.official_schemas import OfficialSchemas
from tests.unit.models.mutants import (
    TOO_BIG,
    accepts,
    examples,
    is_valid,
    many,
    mutants,
    needs_examples,
    values_in,
)

pytestmark = needs_examples

SERVER_MANAGED = ("created", "metadata_updated", "segments_updated", "collected_by", "timerange")
"""Ignored in a PUT, whatever their values (FLW-24, FLW-25): there we are more lenient than the schema."""

FLOWS = [
    param.values[0]
    for param in examples("flow-get-200-*.json")
    if isinstance(param.values[0], dict)
]


@pytest.mark.parametrize("document", FLOWS, ids=lambda document: document.get("label", "?"))
def test_an_official_flow_comes_back_with_the_same_content(document: dict[str, Any]) -> None:
    # Two examples have dates without a timezone, against their own schema (OPEN-28).
    dates = ("created", "metadata_updated", "segments_updated")
    document = {name: value for name, value in document.items() if name not in dates}

    assert parse_flow(document).to_json() == _with_defaults(document)


def _with_defaults(document: dict[str, Any]) -> dict[str, Any]:
    """Ratios without a denominator are over one; we write it."""
    completed = copy.deepcopy(document)
    ratios = [completed.get("segment_duration")]
    ratios.append(completed.get("essence_parameters", {}).get("frame_rate"))
    for ratio in ratios:
        if ratio is not None:
            ratio.setdefault("denominator", 1)
    return completed


@pytest.mark.parametrize("document", examples("source-get-200*.json"))
def test_an_official_source_is_read(document: dict[str, Any]) -> None:
    assert Source.from_body(document).to_json().keys() == document.keys()


@pytest.mark.parametrize("document", examples("flow-put*.json"))
def test_an_official_put_is_accepted(document: dict[str, Any]) -> None:
    if any(item["id"] == document["id"] for item in document.get("flow_collection", [])):
        pytest.skip("this example collects itself, a slip of the specification (OPEN-28)")
    parse_flow_put(document)


@many(400)
@given(document=mutants(FLOWS))
def test_a_put_is_accepted_exactly_when_the_schema_does(
    schemas: OfficialSchemas, document: dict[str, Any]
) -> None:
    for name in SERVER_MANAGED:
        document.pop(name, None)
    if "profile_id" in document or _breaks_a_rule_of_prose(document):
        return

    assert accepts(parse_flow_put, document) == is_valid(schemas, "flow-put.json", document)


def _breaks_a_rule_of_prose(document: dict[str, Any]) -> bool:
    """What the schemas let through and the specification's words do not, or what only we bound."""
    essence = document.get("essence_parameters")
    collection = document.get("flow_collection")
    return (
        document.get("codec") in ["video/raw", "audio/x-raw-int", "audio/x-raw-float"]
        or (isinstance(essence, dict) and "unc_parameters" in essence)
        or TOO_BIG in values_in(document)
        or any(
            isinstance(item, dict) and item.get("id") == document.get("id")
            for item in (collection if isinstance(collection, list) else [])
        )
    )


SEGMENT = {
    "object_id": "a",
    "timerange": "[0:0_1:0)",
    "ts_offset": "0:0",
    "last_duration": "0:40000000",
    "object_timerange": "[0:0_1:0)",
    "sample_offset": 0,
    "sample_count": 25,
    "get_urls": [{"url": "http://a/b", "label": "l"}],
    "key_frame_count": 1,
}


@many(400)
@given(document=mutants([SEGMENT]), in_list=st.booleans())
def test_a_segment_off_the_schema_is_never_accepted(
    schemas: OfficialSchemas, document: dict[str, Any], in_list: bool
) -> None:
    body = [document] if in_list else document
    ours = accepts(parse_segments_post, body)

    valid = is_valid(schemas, "flow-segment-post.json", document)
    if ours:
        assert valid
    elif valid and in_list:
        # A list is refused whole only for its shape; what makes no sense fails by itself (SEG-22).
        assert (
            TOO_BIG in values_in(document) or "tags" in document
        )  # which the schema does not know


@many(200)
@given(
    document=mutants(
        [
            {},
            {"limit": 3},
            {"object_ids": ["a"], "storage_id": "3b241101-e2bb-4255-8caf-4136c566a962"},
        ]
    )
)
def test_a_storage_request_off_the_schema_is_never_accepted(
    schemas: OfficialSchemas, document: dict[str, Any]
) -> None:
    if accepts(FlowStoragePost.from_body, document):
        assert is_valid(schemas, "flow-storage-post.json", document)


@many(100)
@given(document=mutants([{"name": "a", "description": "b"}]))
def test_a_service_update_is_accepted_exactly_when_the_schema_does(
    schemas: OfficialSchemas, document: dict[str, Any]
) -> None:
    assert accepts(ServicePost.from_body, document) == is_valid(
        schemas, "service-post.json", document
    )
