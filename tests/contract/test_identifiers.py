"""GEN: ids and names, in paths, queries and bodies."""

from urllib.parse import quote
from uuid import uuid4

import httpx
import pytest

from tests.builders import a_video_flow_body
from tests.contract.steps import Json, added, flow_of, segment, segments_of
from tests.maker import Maker

IMPOSSIBLE = [
    "not-a-uuid",
    "4F1B4BD0-2C6F-4A0F-8F06-0A3C6BD0F7A1",
    "00000000-0000-0000-0000-000000000000",
    "4f1b4bd0-2c6f-6a0f-8f06-0a3c6bd0f7a1",
    "018f4bd0-2c6f-7a0f-8f06-0a3c6bd0f7a1",
    "4f1b4bd0-2c6f-8a0f-8f06-0a3c6bd0f7a1",
    "4f1b4bd0-2c6f-4a0f-7f06-0a3c6bd0f7a1",
]


@pytest.fixture
def flow(make: Maker) -> Json:
    made: Json = make.flow(tags={"a": "b"})
    return made


@pytest.mark.parametrize("bad", IMPOSSIBLE)
def test_GEN_4_ids_are_lower_case_uuids_of_versions_1_to_5(api: httpx.Client, bad: str) -> None:
    for path in (
        f"/sources/{bad}",
        f"/flows/{bad}",
        f"/service/profiles/{bad}",
        f"/service/webhooks/{bad}",
        f"/flow-delete-requests/{bad}",
    ):
        assert api.get(path).status_code == 404
    assert api.get("/flows", params={"source_id": bad}).status_code == 400
    body = a_video_flow_body(id=str(uuid4()), source_id=bad)
    assert api.put(f"/flows/{body['id']}", json=body).status_code == 400


@pytest.mark.parametrize("bad", IMPOSSIBLE)
def test_GEN_4_ids_of_storage_backends_are_such_uuids_too(
    api: httpx.Client, flow: Json, bad: str
) -> None:
    storage, segments = f"/flows/{flow['id']}/storage", f"/flows/{flow['id']}/segments"

    assert api.post(storage, json={"storage_id": bad}).status_code == 400
    assert api.get(segments, params={"accept_storage_ids": bad}).status_code == 400


@pytest.mark.parametrize("version", "12345")
@pytest.mark.parametrize("variant", "89ab")
def test_GEN_4_every_other_version_and_variant_is_an_id(
    api: httpx.Client, make: Maker, version: str, variant: str
) -> None:
    unique = str(uuid4())
    flow_id = f"{unique[:14]}{version}{unique[15:19]}{variant}{unique[20:]}"

    assert make.flow(id=flow_id, source_id=flow_id)["source_id"] == flow_id
    assert api.get(f"/flows/{flow_id}").json()["id"] == flow_id
    assert api.get(f"/sources/{flow_id}").json()["id"] == flow_id


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/flows/not-a-uuid"),
        ("PUT", "/flows/not-a-uuid"),
        ("DELETE", "/flows/not-a-uuid"),
        ("GET", "/flows/not-a-uuid/segments"),
        ("POST", "/flows/not-a-uuid/segments"),
        ("POST", "/flows/not-a-uuid/storage"),
        ("PUT", "/flows/not-a-uuid/label"),
        ("GET", "/sources/not-a-uuid/tags"),
        ("PUT", "/service/webhooks/not-a-uuid"),
        ("POST", "/service/profiles/not-a-uuid"),
        ("GET", "/flow-delete-requests/not-a-request"),
    ],
)
def test_GEN_5_an_id_that_cannot_be_is_not_found(api: httpx.Client, method: str, path: str) -> None:
    assert api.request(method, path, json={}).status_code == 404


@pytest.mark.parametrize(
    ("spelt", "told"),
    [
        ("0190163d-8694-739b-aea5-966c26f8ad91", "not 7"),
        ("3B241101-E2BB-4255-8CAF-4136C566A962", "write '3b241101-e2bb-4255-8caf-4136c566a962'"),
        ("{3b241101-e2bb-4255-8caf-4136c566a962}", "write '3b241101-e2bb-4255-8caf-4136c566a962'"),
        ("x" * 5_000, "must be a lower-case UUID of version 1 to 5"),
    ],
)
def test_GEN_5_an_id_that_cannot_be_is_told_the_right_form(
    api: httpx.Client, spelt: str, told: str
) -> None:
    body = a_video_flow_body(id=spelt)

    for method, path in (
        ("PUT", f"/flows/{spelt}"),
        ("GET", f"/flows/{spelt}"),
        ("POST", f"/service/profiles/{spelt}"),
    ):
        answer = api.request(method, path, json=None if method == "GET" else body)
        summary = answer.json()["summary"]
        assert answer.status_code == 404
        assert "ID in the path is invalid: '" in summary
        assert told in summary
        assert "does not exist" not in summary
        assert len(summary) < 300
    query = api.get("/flows", params={"source_id": spelt})
    assert query.status_code == 400
    assert told in query.json()["summary"]


@pytest.mark.parametrize(
    ("object_id", "in_path"),
    [
        ("a/b", "a%2Fb"),
        ("a/b/instances", "a%2Fb%2Finstances"),
        ("%2F", "%252F"),
        ("ü ö#&", "%C3%BC%20%C3%B6%23%26"),
        ("..", "%2E%2E"),
        ("a+b", "a%2Bb"),
        ("a+b", "a+b"),
        ("x%41", "x%2541"),
        ("50%", "50%25"),
        ("q%3Fx", "q%253Fx"),
        # The gateway cuts a path at an encoded question mark, so it has to be encoded twice.
        ("ü ö?#&", quote(quote("ü ö?#&", safe=""), safe="")),
        ("q?x", "q%253Fx"),
        ("q?a/b", "q%253Fa%252Fb"),
    ],
)
def test_GEN_9_object_ids_are_any_text(
    api: httpx.Client, make: Maker, object_id: str, in_path: str
) -> None:
    flow = make.flow()
    unique = str(uuid4())
    full = f"{unique}{object_id}"
    allocated = api.post(f"/flows/{flow['id']}/storage", json={"object_ids": [full]})
    assert allocated.status_code == 201
    added(api, flow, segment(full, 0, 1))
    path = f"/objects/{unique}{in_path}"

    assert api.get(path).json()["id"] == full
    cdn = {"url": "https://cdn.example.com/1", "label": "cdn"}
    assert api.post(f"{path}/instances", json=cdn).status_code == 201
    assert api.delete(f"{path}/instances", params={"label": "cdn"}).status_code == 204
    assert segments_of(api, flow, object_id=full)[0]["object_id"] == full


def test_GEN_9_an_id_that_looks_encoded_goes_before_the_one_it_would_be(
    api: httpx.Client, make: Maker
) -> None:
    flow, unique = make.flow(), str(uuid4())
    ids = [f"{unique}q?x", f"{unique}q%3Fx"]
    api.post(f"/flows/{flow['id']}/storage", json={"object_ids": ids})
    for index, each in enumerate(ids):
        added(api, flow, segment(each, index, index + 1))

    assert api.get(f"/objects/{unique}q%253Fx").json()["id"] == ids[1]
    assert api.get(f"/objects/{unique}q%25253Fx").json()["id"] == ids[1]
    assert segments_of(api, flow, object_id=ids[0])[0]["object_id"] == ids[0]


def test_GEN_9_pages_of_an_object_whose_path_is_encoded_twice_lead_on(
    api: httpx.Client, make: Maker
) -> None:
    flow, other, object_id = make.flow(), make.flow(), f"{uuid4()}q?x"
    api.post(f"/flows/{flow['id']}/storage", json={"object_ids": [object_id]})
    added(api, flow, segment(object_id, 0, 1))
    added(api, other, segment(object_id, 0, 1))

    first = api.get(f"/objects/{quote(quote(object_id, safe=''), safe='')}", params={"limit": 1})
    second = api.get(first.links["next"]["url"])

    found = [*first.json()["referenced_by_flows"], *second.json()["referenced_by_flows"]]
    assert sorted(found) == sorted([flow["id"], other["id"]])


def test_GEN_9_a_slash_of_an_id_does_not_choose_another_operation(
    api: httpx.Client, make: Maker
) -> None:
    (posted,) = make.segments(make.flow()["id"], 1)
    path = f"/objects/{posted['object_id']}"
    cdn = {"url": "https://cdn.example.com/1", "label": "cdn"}
    api.post(f"{path}/instances", json=cdn)

    other = f"{path}%252Finstances"  # encoded once, it is a slash like any other behind the gateway
    added_to = api.post(other, json={**cdn, "label": "other"}).status_code
    removed_from = api.delete(other, params={"label": "cdn"}).status_code

    labels = {each["label"] for each in api.get(path).json()["get_urls"]}
    assert "cdn" in labels
    assert "other" not in labels
    assert (added_to, removed_from) == (405, 404), "such an Object does not exist"


@pytest.mark.parametrize(
    ("name", "in_path"),
    [
        ("a/b c", "a%2Fb%20c"),
        ("a.b", "a.b"),
        ("50%", "50%25"),
        ("ü", "%C3%BC"),
        ("x%41", "x%2541"),
        ("a+b", "a+b"),
    ],
)
def test_GEN_10_tag_names_are_any_text(
    api: httpx.Client, flow: Json, name: str, in_path: str
) -> None:
    path = f"/flows/{flow['id']}/tags/{in_path}"

    assert api.put(path, json="x").status_code == 204
    assert api.get(path).json() == "x"
    assert flow_of(api, flow)["tags"][name] == "x"
    query = {"source_id": flow["source_id"], f"tag.{name}": "x"}
    assert [each["id"] for each in api.get("/flows", params=query).json()] == [flow["id"]]
    assert api.delete(path).status_code == 204


def test_GEN_10_a_tag_with_a_question_mark_is_set_with_the_others_and_reached_by_a_path_encoded_twice(
    api: httpx.Client, flow: Json
) -> None:
    tags = f"/flows/{flow['id']}/tags"
    assert api.put(tags, json={"q?x": "1", "q": "2"}).status_code == 204

    assert api.get(f"{tags}/q%253Fx").json() == "1"
    assert api.delete(f"{tags}/q%253Fx").status_code == 204
    assert api.get(tags).json() == {"q": "2"}
    assert api.get(f"{tags}/q%253Fx").status_code == 404
