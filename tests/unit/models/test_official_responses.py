"""The service's responses: the BBC's examples are read and written again, unchanged."""

from typing import Any

import pytest
from pydantic import ValidationError

from tams.models.base import Model
from tams.models.deletion_request import DeletionRequest
from tams.models.flow import parse_flow
from tams.models.flow_segment import BulkFailure, FlowSegment, FlowSegmentPost
from tams.models.flow_storage import FlowStorage, FlowStoragePost
from tams.models.media_object import MediaObject
from tams.models.profile import Profile
from tams.models.service import Service, ServicePost
from tams.models.source import Source
from tams.models.storage_backend import StorageBackend
from tams.models.webhook import WebhookGet, WebhookPost, WebhookPut
from tests.official_schemas import OfficialSchemas
from tests.unit.models.mutants import an_example, examples, needs_examples

pytestmark = needs_examples

MOMENTS = ("created", "updated", "expiry", "time", "metadata_updated", "segments_updated")
"""We write UTC as `Z`; the examples also use `+00:00` and parts of a second that are zero."""

CASES: list[tuple[str, type[Model], str]] = [
    ("deletion-request-get-200", DeletionRequest, "deletion-request.json"),
    ("deletion-requests-get-200", DeletionRequest, "deletion-request.json"),
    ("flow-segment-partial-failure", BulkFailure, "flow-segment-bulk-failure.json"),
    ("flow-segment-post", FlowSegmentPost, "flow-segment-post.json"),
    ("flow-segments-get-200", FlowSegment, "flow-segment.json"),
    ("flow-segments-get-200-init", FlowSegment, "flow-segment.json"),
    ("flow-segments-get-200-multiple-urls", FlowSegment, "flow-segment.json"),
    ("flow-segments-get-200-object-timerange", FlowSegment, "flow-segment.json"),
    ("flow-storage-post", FlowStoragePost, "flow-storage-post.json"),
    ("flow-storage-post-201", FlowStorage, "flow-storage.json"),
    ("flow-storage-post-201-wav", FlowStorage, "flow-storage.json"),
    ("flow-storage-post-object_ids", FlowStoragePost, "flow-storage-post.json"),
    ("objects-get-200", MediaObject, "object.json"),
    ("objects-get-200-init", MediaObject, "object.json"),
    ("profile-get-200-image", Profile, "profile.json"),
    ("profile-get-200-video-h264", Profile, "profile.json"),
    ("profile-get-200-video-h264-mxf", Profile, "profile.json"),
    ("profile-post-201", Profile, "profile.json"),
    ("service-post", ServicePost, "service-post.json"),
    ("source-get-200-basic", Source, "source.json"),
    ("source-get-200-multi", Source, "source.json"),
    ("source-get-200-tags", Source, "source.json"),
    ("sources-get-200", Source, "source.json"),
    ("storage-backends-get-200", StorageBackend, "storage-backend.json"),
    ("webhook-get-200", WebhookGet, "webhook-get.json"),
    ("webhook-get-200-list", WebhookGet, "webhook-get.json"),
    ("webhook-post", WebhookPost, "webhook-post.json"),
    ("webhook-put", WebhookPut, "webhook-put.json"),
]


def _comparable(node: Any) -> Any:
    """Without dates, whose spelling differs, and without defaults that we write out."""
    if isinstance(node, list):
        return [_comparable(each) for each in node]
    if not isinstance(node, dict):
        return node
    node = {
        name: _comparable(value)
        for name, value in node.items()
        if name not in MOMENTS and name != "message"
    }
    if node.get("denominator") == 1:
        del node["denominator"]
    return node


@pytest.mark.parametrize(("name", "model", "schema"), CASES, ids=str)
def test_an_official_example_is_read_and_written_again(
    schemas: OfficialSchemas, name: str, model: type[Model], schema: str
) -> None:
    example = an_example(name)

    for document in example if isinstance(example, list) else [example]:
        written = model.from_body(document).to_json()
        schemas.check(schema, written)
        if isinstance(written.get("status"), str) and "status" not in document:
            assert written.pop("status") == "created"  # the default of a new webhook
        assert _comparable(written) == _comparable(document)


@pytest.mark.parametrize("flows", examples("flows-get-200.json"))
def test_the_official_list_of_flows_is_read_and_written_again(
    schemas: OfficialSchemas, flows: list[dict[str, Any]]
) -> None:
    for document in flows:
        written = parse_flow(document).to_json()
        schemas.check("flow-get.json", written)
        assert _comparable(written) == _comparable(document)


def test_the_official_service_breaks_its_own_rule_on_timeouts(schemas: OfficialSchemas) -> None:
    document = an_example("service-get-200")
    with pytest.raises(ValidationError, match="must not exceed min_object_timeout"):
        Service.model_validate(document)

    document["min_presigned_url_timeout"] = document["min_object_timeout"]

    assert Service.model_validate(document).to_json() == document
    schemas.check("service.json", document)


def test_the_official_list_of_profiles_is_read_without_its_stray_key() -> None:
    for document in an_example("profiles-get-200"):
        document.pop("urn", None)  # OPEN-28
        assert _comparable(Profile.from_body(document).to_json()) == _comparable(document)
