"""Messages name the field and the rule, in TAMS's words and not in a library's."""

from typing import Any

import pytest

from tams.errors import InvalidRequestError
from tams.models.base import Model
from tams.models.flow_storage import FlowStoragePost, HttpRequest
from tams.models.webhook import WebhookPost


def message(model: type[Model], body: object) -> str:
    with pytest.raises(InvalidRequestError) as refusal:
        model.from_body(body)
    return str(refusal.value)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ([], "the body must be an object"),
        ({"limit": 0}, "limit: must be at least 1"),
        ({"limit": True}, "limit: must be an integer"),
        ({"limit": 1, "object_ids": ["a"]}, "the body must not have both limit and object_ids"),
        ({"object_ids": []}, "object_ids: must have at least 1 item(s)"),
        ({"object_ids": ["a", ""]}, "object_ids[1]: must not be empty"),
        ({"object_ids": [""]}, "object_ids[0]: must not be empty"),
        ({"object_ids": ["a", "a"]}, "the body must not name an Object twice in object_ids"),
        ({"content_type": None}, "content_type: must not be null"),
        ({"content-type": None}, "content-type: must not be null"),
        ({"presigned": "true"}, "presigned: must be true or false"),
        (
            {"storage_id": "A", "content_type": "x"},
            (
                "storage_id: must be a lower-case UUID of version 1 to 5; "
                "content_type: must be a MIME type of a known top-level type, without parameters"
            ),
        ),
    ],
    ids=str,
)
def test_a_message_names_the_field_and_the_rule(body: object, expected: str) -> None:
    assert message(FlowStoragePost, body) == expected


def test_many_faults_are_counted() -> None:
    assert message(WebhookPost, {"url": "https://a", "events": ["x"] * 8}).endswith("; and 3 more")


def test_a_choice_is_told_by_its_values() -> None:
    body: dict[str, Any] = {"url": "https://a", "events": [], "status": "started"}

    assert message(WebhookPost, body) == "status: must be one of 'created' or 'disabled'"


def test_an_absent_storage_request_asks_for_the_defaults() -> None:
    assert FlowStoragePost.from_body(None) == FlowStoragePost()
    assert FlowStoragePost.from_body({"content-type": "video/mp4"}).content_type == "video/mp4"


def test_the_content_type_of_an_upload_is_written_with_a_hyphen() -> None:
    request = HttpRequest(url="https://a", content_type="video/mp2t")

    assert request.to_json() == {"url": "https://a", "content-type": "video/mp2t"}
