"""Profiles, webhooks and instances, compared with the official schemas as Flows are."""

from typing import Any

import pytest
from hypothesis import given

from tams.models.media_object import parse_instance_post
from tams.models.profile import ProfilePost
from tams.models.webhook import WebhookPost, WebhookPut
from tests.official_schemas import OfficialSchemas
from tests.unit.models.mutants import (
    TOO_BIG,
    accepts,
    an_example,
    examples,
    is_valid,
    many,
    mutants,
    needs_examples,
    values_in,
)

pytestmark = needs_examples

ID = "3b241101-e2bb-4255-8caf-4136c566a962"
WEBHOOK = {
    "url": "https://hook.example.com/a",
    "api_key_name": "Authorization",
    "api_key_value": "Bearer x",
    "events": ["flows/created"],
    "flow_ids": [ID],
    "source_ids": [],
    "flow_collected_by_ids": [],
    "source_collected_by_ids": [ID],
    "accept_get_urls": ["label"],
    "accept_storage_ids": [ID],
    "presigned": True,
    "verbose_storage": False,
    "include_object_timerange": True,
    "tags": {"a": "b", "c": ["d"]},
    "status": "disabled",
}
HEADER_FIELDS = ("url", "api_key_name", "api_key_value")
"""Any string by the schema; by us only what an HTTP request can carry."""

PROFILES = [param.values[0] for param in examples("profile-get-200-*.json")]


def _is_ours_to_refuse(document: dict[str, Any]) -> bool:
    changed = {name: document[name] for name in HEADER_FIELDS if name in document}
    return any(isinstance(value, str) and WEBHOOK[name] != value for name, value in changed.items())


@many(250)
@given(document=mutants([WEBHOOK]))
def test_a_new_webhook_is_accepted_exactly_when_the_schema_does(
    schemas: OfficialSchemas, document: dict[str, Any]
) -> None:
    ours = accepts(WebhookPost.from_body, document)

    valid = is_valid(schemas, "webhook-post.json", document)
    assert ours == valid or (valid and _is_ours_to_refuse(document))


@many(150)
@given(document=mutants([{**WEBHOOK, "id": ID}]))
def test_a_changed_webhook_is_accepted_exactly_when_the_schema_does(
    schemas: OfficialSchemas, document: dict[str, Any]
) -> None:
    ours = accepts(WebhookPut.from_body, document)

    valid = is_valid(schemas, "webhook-put.json", document)
    assert ours == valid or (valid and _is_ours_to_refuse(document))


@many(250)
@given(document=mutants(PROFILES))
def test_a_profile_is_accepted_exactly_when_the_schema_does(
    schemas: OfficialSchemas, document: dict[str, Any]
) -> None:
    document.pop("created", None)  # ignored, whatever it holds (PRF-6)
    ours = accepts(ProfilePost.from_body, document)

    valid = is_valid(schemas, "profile.json", document)
    assert ours == valid or (valid and _breaks_a_rule_of_prose(document))


def _breaks_a_rule_of_prose(document: dict[str, Any]) -> bool:
    """FLW-41 and PRF-5 stand in words only; the size of integers is our own bound."""
    metadata = document["flow_metadata"]
    return (
        "max_bit_rate" in metadata
        or metadata["codec"] in {"video/raw", "audio/x-raw-int", "audio/x-raw-float"}
        or "unc_parameters" in metadata.get("essence_parameters", {})
        or TOO_BIG in values_in(document)
    )


@pytest.mark.parametrize(
    "body",
    [
        {"storage_id": ID},
        {"storage_id": ID, "label": "a"},
        {"url": "https://a/b", "label": "a"},
        {"url": "https://a/b"},
        {"label": "a"},
        {"storage_id": ID, "url": "https://a/b", "label": "a"},
        {"storage_id": "x"},
        {"storage_id": None},
        {},
        [],
        None,
    ],
    ids=str,
)
def test_an_instance_is_controlled_or_uncontrolled(schemas: OfficialSchemas, body: object) -> None:
    assert accepts(parse_instance_post, body) == is_valid(
        schemas, "objects-instances-post.json", body
    )


def test_the_official_instances_are_read() -> None:
    for name in ("controlled", "uncontrolled"):
        body = an_example(f"objects-instances-{name}-post")
        assert parse_instance_post(body).to_json() == body
