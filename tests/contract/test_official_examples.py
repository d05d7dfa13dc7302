"""The BBC's examples against the running service: it accepts their requests and gives their responses."""

import json
import re
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.builders import an_audio_flow_body
from tests.contract.conftest import Backends
from tests.contract.steps import Json, added, copied, segment, uploaded
from tests.maker import Maker
from tests.unit.models.mutants import an_example, needs_examples

pytestmark = needs_examples

FLOWS = [
    "audio-aac", "audio-aac-multi", "audio-wav", "data-ttml", "image-jpeg", "multi",
    "multi-container-map", "video-h264", "video-h264-cleanfeed", "video-h264-fmp4",
    "video-h264-mxf", "video-h264-vfr", "video-jpeg-jp2", "video-jpeg-mxf", "video-raw",
]  # fmt: skip
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
DERIVED = ("collected_by", "timerange", "segments_updated")
"""Properties of a Flow that depend on other Flows and on its Segments."""


def of_my_own(example: Any) -> Any:
    """With other ids, the same one wherever the example has the same."""
    ids: dict[str, str] = {}
    text = _UUID.sub(lambda found: ids.setdefault(found[0], str(uuid4())), json.dumps(example))
    return json.loads(text)


def differing(told: Any, example: Any) -> set[str]:
    """Keys of an example, at any depth, that our answer has not, or has with values of another type."""
    if isinstance(example, dict) and isinstance(told, dict):
        return {key for key in example if key not in told or differing(told[key], example[key])}
    if isinstance(example, list) and isinstance(told, list):
        return {key for a, b in zip(told, example, strict=True) for key in differing(a, b)}
    numbers = isinstance(told, int | float) and isinstance(example, int | float)
    return set() if numbers or type(told) is type(example) else {type(told).__name__}


def with_members(api: httpx.Client, make: Maker, body: Json) -> Json:
    """The body, once the Flows it collects are there. Two examples collect themselves, by a slip (COL-11)."""
    for item in body.get("flow_collection", []):
        if item["id"] == body["id"]:
            item["id"] = str(uuid4())
        make.flow(id=item["id"])
    return body


def put_flow(api: httpx.Client, body: Json) -> httpx.Response:
    return api.put(f"/flows/{body['id']}", json=body)


@pytest.mark.parametrize("name", ["flow-put", "flow-put-multi"])
def test_the_flows_that_are_put_are_taken(api: httpx.Client, make: Maker, name: str) -> None:
    body = with_members(api, make, of_my_own(an_example(name)))

    response = put_flow(api, body)

    assert response.status_code == 201, response.text
    told = api.get(f"/flows/{body['id']}").json()
    assert {key: told[key] for key in body} == body


def test_a_profile_and_the_flow_that_uses_it_are_taken(api: httpx.Client) -> None:
    profile = of_my_own(an_example("profile-put"))
    path = f"/service/profiles/{profile['id']}"

    assert api.post(path, json=profile).status_code == 201
    linked = of_my_own(an_example("flow-put-profile")) | {"profile_id": profile["id"]}
    assert put_flow(api, linked).status_code == 201

    told = api.get(path).json()
    assert told == profile | {"created": told["created"]}
    flow = api.get(f"/flows/{linked['id']}").json()
    assert flow.items() >= linked.items()
    metadata = profile["flow_metadata"]
    assert {key: flow[key] for key in metadata} == metadata


def test_a_collection_that_is_put_is_taken(api: httpx.Client, make: Maker) -> None:
    collection = of_my_own(an_example("flow-collection-put"))
    for item in collection:
        make.flow(id=item["id"])
    path = f"/flows/{make.flow()['id']}/flow_collection"

    assert api.put(path, json=collection).status_code == 204
    assert api.get(path).json() == collection


@pytest.mark.parametrize("name", ["flow-storage-post", "flow-storage-post-object_ids"])
def test_storage_is_asked_for_and_answered_alike(api: httpx.Client, make: Maker, name: str) -> None:
    body = of_my_own(an_example(name))

    response = api.post(f"/flows/{make.flow()['id']}/storage", json=body)

    assert response.status_code == 201, response.text
    entry = response.json()["media_objects"][0]
    (expected, *_) = an_example("flow-storage-post-201")["media_objects"]
    assert expected.keys() <= entry.keys()
    assert expected["put_url"].keys() <= entry["put_url"].keys()


def test_a_segment_that_is_posted_is_told(api: httpx.Client, make: Maker) -> None:
    body = of_my_own(an_example("flow-segment-post"))
    flow = make.flow()
    api.post(f"/flows/{flow['id']}/storage", json={"object_ids": [body["object_id"]]})

    assert api.post(f"/flows/{flow['id']}/segments", json=body).status_code == 201

    (told,) = api.get(f"/flows/{flow['id']}/segments").json()
    (expected, *_) = an_example("flow-segments-get-200")
    assert told.items() >= body.items()
    assert differing(told, expected | {"get_urls": expected["get_urls"][:1]}) == set()


def test_instances_that_are_posted_are_told(
    api: httpx.Client, make: Maker, backends: Backends
) -> None:
    flow = make.flow()
    (object_id,) = uploaded(api, flow)
    added(api, flow, segment(object_id, 0, 1))
    uncontrolled = an_example("objects-instances-uncontrolled-post")
    controlled = an_example("objects-instances-controlled-post")

    assert api.post(f"/objects/{object_id}/instances", json=uncontrolled).status_code == 201
    assert controlled.keys() == {"storage_id"}
    copied(api, object_id, backends.archive)

    told = api.get(f"/objects/{object_id}").json()
    assert [url["label"] for url in told["get_urls"]] == ["local", "pipeline-b", "archive"]
    expected = an_example("objects-get-200")
    optional = {"first_referenced_by_flow", "key_frame_count"}
    assert expected.keys() - told.keys() <= optional


def test_webhooks_that_are_posted_and_put_are_taken(api: httpx.Client) -> None:
    created = api.post("/service/webhooks", json=an_example("webhook-post"))
    assert created.status_code == 201, created.text
    identifier = created.json()["id"]

    replaced = an_example("webhook-put") | {"id": identifier}
    response = api.put(f"/service/webhooks/{identifier}", json=replaced)
    assert response.status_code == 201, response.text

    told = api.get(f"/service/webhooks/{identifier}").json()
    assert told.keys() == replaced.keys() - {"api_key_value"}
    api.delete(f"/service/webhooks/{identifier}")


def test_the_service_is_renamed_and_told(api: httpx.Client) -> None:
    before = api.get("/service").json()

    assert api.post("/service", json=an_example("service-post")).status_code == 200

    told, expected = api.get("/service").json(), an_example("service-get-200")
    assert told.items() >= an_example("service-post").items()
    webhooks = {"event_stream_mechanisms": [{"name": "webhooks"}]}  # we have no other
    assert [each["name"] for each in expected["event_stream_mechanisms"]] == ["webhooks"]
    assert differing(told, expected | webhooks) == set()
    again = {key: before.get(key, "") for key in ("name", "description")}
    assert api.post("/service", json=again).status_code == 200


@pytest.mark.parametrize("name", FLOWS)
def test_a_flow_that_is_told_in_an_example_could_be_ours(
    api: httpx.Client, make: Maker, name: str
) -> None:
    example = with_members(api, make, of_my_own(an_example(f"flow-get-200-{name}")))
    if "profile_id" in example:
        del example["profile_id"]

    response = put_flow(api, example)

    assert response.status_code == 201, response.text
    query = {"include_timerange": str("timerange" in example).lower()}
    told = api.get(f"/flows/{example['id']}", params=query).json()
    assert differing(told, example) <= set(DERIVED) | {"created_by", "updated_by"}


@pytest.mark.parametrize("name", ["basic", "tags"])
def test_a_source_that_is_told_in_an_example_could_be_ours(api: httpx.Client, name: str) -> None:
    example = of_my_own(an_example(f"source-get-200-{name}"))
    kinds = {"urn:x-nmos:format:audio": an_audio_flow_body}
    make_body = kinds.get(example["format"])
    body = make_body(source_id=example["id"]) if make_body else None
    if body is None:
        body = of_my_own(an_example("flow-get-200-video-h264")) | {"source_id": example["id"]}
    assert put_flow(api, body).status_code == 201
    path = f"/sources/{example['id']}"
    for field in ("label", "description"):
        if field in example:
            assert api.put(f"{path}/{field}", json=example[field]).status_code == 204
    for tag, value in example.get("tags", {}).items():
        assert api.put(f"{path}/tags/{tag}", json=value).status_code == 204

    told = api.get(path).json()

    optional = {"collected_by", "created_by", "updated_by", "source_collection"}
    assert differing(told, example) <= optional
