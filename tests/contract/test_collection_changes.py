"""Collections are created, changed and deleted: an extension beside TAMS 8.2."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.builders import a_multi_flow_body, an_audio_flow_body
from tests.contract.collecting import MAPPING, MULTI, create, flow_collection, ids
from tests.contract.conftest import AT_ONCE_SEGMENTS, Subscribe
from tests.contract.steps import arrived, read_only
from tests.maker import Maker
from tests.receiver import Receiver

NOBODY = "00000000-0000-4000-8000-00000000abcd"


def test_what_is_created_is_a_multi_flow_and_links_to_its_members(
    api: httpx.Client, make: Maker
) -> None:
    video, audio = make.flow(), make.flow(an_audio_flow_body)
    items = [
        {"id": video["id"], "role": "picture"},
        {"id": audio["id"], "container_mapping": MAPPING},
    ]
    body = {
        "id": str(uuid4()),
        "source_id": str(uuid4()),
        "label": "show",
        "description": "of the day",
        "tags": {"site": "london"},
        "members": items,
    }

    answer = api.post("/collections", json=body)

    assert answer.status_code == 201, answer.text
    assert answer.headers["Location"] == str(api.base_url.join(f"/collections/{body['id']}"))
    url = f"{answer.headers['Location']}/members"
    expected = {name: value for name, value in body.items() if name != "members"}
    assert answer.json() == {**expected, "format": MULTI, "member_count": 2, "members_url": url}
    assert api.get(answer.headers["Location"]).json() == answer.json()
    assert api.get(url).json() == [{**item, "position": at} for at, item in enumerate(items)]
    flow = api.get(f"/flows/{body['id']}").json()
    assert flow["flow_collection"] == items
    assert flow["format"] == MULTI
    again = api.post("/collections", json=body)
    assert (again.status_code, again.json()["type"]) == (409, "Conflict")


def test_ids_that_are_not_given_are_generated(api: httpx.Client) -> None:
    made = create(api)

    assert made["member_count"] == 0
    assert api.get(f"/flows/{made['id']}").json()["source_id"] == made["source_id"]
    assert api.get(f"/sources/{made['source_id']}").json()["format"] == MULTI
    assert api.get(f"/collections/{made['id']}").json() == made
    assert ids(api.get("/collections", params={"source_id": made["source_id"]})) == []


WRONG_BODIES: list[Any] = [
    None,
    [],
    "x",
    {"id": "not-a-uuid"},
    {"id": None},
    {"label": None},
    {"tags": {"a": 1}},
    {"members": {}},
    {"members": [{}]},
    {"members": [{"id": "x"}]},
    {"members": [{"id": NOBODY}]},
    {"members": [{"id": NOBODY, "role": 1}]},
    {"members": [{"id": NOBODY, "container_mapping": {"track_index": -1}}]},
    {"format": MULTI},
]


@pytest.mark.parametrize("body", WRONG_BODIES, ids=repr)
def test_a_body_that_does_not_fit_is_400_and_stores_nothing(api: httpx.Client, body: Any) -> None:
    mark = str(uuid4())
    if isinstance(body, dict):
        body = {"description": mark, **body}

    refused = api.post("/collections", json=body)

    assert (refused.status_code, refused.json()["type"]) == (400, "InvalidRequest")
    assert mark not in api.get("/flows", params={"limit": 1000, "format": MULTI}).text


def test_what_is_wrong_with_members_is_said_of_members(api: httpx.Client, make: Maker) -> None:
    made, missing = create(api, make.flow()), str(uuid4())
    path = f"/collections/{made['id']}"
    asked = [
        api.post("/collections", json={"members": [{"id": missing}]}),
        api.patch(path, json={"members": [{"id": missing}]}),
        api.post(f"{path}/members", json={"id": missing}),
    ]

    for each in asked:
        assert each.status_code == 400
        assert each.json()["summary"] == f"members: Flow '{missing}' does not exist"


def test_a_collection_joins_only_a_multi_source(api: httpx.Client, make: Maker) -> None:
    video = make.flow()

    refused = api.post("/collections", json={"source_id": video["source_id"]})

    assert refused.status_code == 400
    told = f"source_id: Source '{video['source_id']}' has the format {video['format']}"
    assert refused.json()["summary"] == told
    first = create(api)
    assert create(api, source_id=first["source_id"])["source_id"] == first["source_id"]


def test_a_patch_changes_only_what_it_names(
    api: httpx.Client, make: Maker, inbox: Receiver, subscribe: Subscribe
) -> None:
    video, audio = make.flow(), make.flow(an_audio_flow_body)
    made = create(api, video, label="l", description="d", tags={"a": "b", "c": "d"})
    path = f"/collections/{made['id']}"
    subscribe(inbox, made["source_id"], events=["flows/updated"])
    patch = {"label": None, "tags": {"a": None, "e": ["f"]}, "members": [{"id": audio["id"]}]}
    kind = {"Content-Type": "application/merge-patch+json"}

    assert api.patch(path, json=patch, headers=kind).status_code == 204

    after = api.get(path).json()
    assert "label" not in after
    assert (after["description"], after["tags"]) == ("d", {"c": "d", "e": ["f"]})
    assert flow_collection(api, made) == [{"id": audio["id"]}]
    assert "collected_by" not in api.get(f"/flows/{video['id']}").json()
    (event,) = arrived(inbox, "flows/updated")
    assert event.event["flow"]["flow_collection"] == [{"id": audio["id"]}]
    wrong_patches: list[Any] = [
        [],
        None,
        "x",
        {"label": 1},
        {"tags": []},
        {"members": {}},
        {"id": 1},
    ]
    for wrong in wrong_patches:
        refused = api.patch(path, json=wrong)
        assert (refused.status_code, refused.json()["type"]) == (400, "InvalidRequest"), wrong
    assert api.get(path).json() == after


def test_a_collection_is_deleted_and_its_members_stay(api: httpx.Client, make: Maker) -> None:
    member = make.flow()
    made = create(api, member)
    path = f"/collections/{made['id']}"

    not_one = api.delete(f"/collections/{member['id']}")
    assert not_one.status_code == 404
    assert "collects nothing" in not_one.json()["summary"]
    assert api.delete(path).status_code == 204

    assert [api.get(path).status_code, api.delete(path).status_code] == [404, 404]
    assert api.get(f"/flows/{made['id']}").status_code == 404
    assert "collected_by" not in api.get(f"/flows/{member['id']}").json()


def test_a_collection_with_much_media_is_deleted_in_the_background(
    api: httpx.Client, make: Maker
) -> None:
    multi = make.flow(a_multi_flow_body, container="video/mp2t")
    make.segments(multi["id"], AT_ONCE_SEGMENTS + 1)

    answer = api.delete(f"/collections/{multi['id']}")

    assert answer.status_code == 202
    assert api.get(answer.headers["Location"]).json()["id"] == answer.json()["id"]
    assert api.get(f"/collections/{multi['id']}").status_code == 404


def test_a_read_only_or_missing_collection_comes_before_faults_in_the_request(
    api: httpx.Client, make: Maker
) -> None:
    member = make.flow()
    made = create(api, member)
    read_only(api, made, True)
    read_only(api, member, True)

    def statuses(collection_id: str) -> set[int]:
        path = f"/collections/{collection_id}"
        at = f"{path}/members/{member['id']}"
        answers = [
            api.request(method, where, json=body)
            for method, where in (
                ("PATCH", path),
                ("POST", f"{path}/members"),
                ("PUT", at),
            )
            for body in ({}, 5, {"label": 1})
        ]
        deletions = [api.delete(path), api.delete(at)]
        return {each.status_code for each in (*answers, *deletions) if each.status_code != 400}

    assert statuses(made["id"]) == {403}
    assert api.patch(f"/collections/{made['id']}", json=5).status_code == 403
    for nobody in (str(uuid4()), "not-a-uuid"):
        assert statuses(nobody) == {404}
        assert api.patch(f"/collections/{nobody}", json=5).status_code == 404
    read_only(api, made, False)
    path = f"/collections/{made['id']}/members/{member['id']}"
    assert api.put(path, json={"role": "x"}).status_code == 204, "the member is not changed"
