"""/collections and /source-collections: extensions beside TAMS 8.2, over the same flow_collection."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.builders import a_multi_flow_body, an_audio_flow_body
from tests.contract.conftest import AT_ONCE_SEGMENTS, Subscribe
from tests.contract.steps import Json, arrived, read_only
from tests.maker import Maker, all_pages
from tests.receiver import Receiver

MULTI = "urn:x-nmos:format:multi"
MAPPING = {"track_index": 1}
NOBODY = "00000000-0000-4000-8000-00000000abcd"


def create(api: httpx.Client, *members: Json, **fields: Any) -> Json:
    body = {"members": [{"id": each["id"]} for each in members], **fields}
    answer = api.post("/collections", json=body)
    assert answer.status_code == 201, answer.text
    made: Json = answer.json()
    return made


def ids(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [each["id"] for each in answer.json()]


def flow_collection(api: httpx.Client, collection: Json) -> Any:
    return api.get(f"/flows/{collection['id']}/flow_collection").json()


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


def test_flows_that_collect_are_listed_by_their_properties(api: httpx.Client, make: Maker) -> None:
    mark = str(uuid4())
    video, audio = make.flow(tags={"m": mark}), make.flow(an_audio_flow_body, tags={"m": mark})
    first = create(api, video, audio, label="b", tags={"m": mark, "n": "1"})
    second = make.flow(label="a", tags={"m": mark})
    api.put(f"/flows/{second['id']}/flow_collection", json=[{"id": audio["id"]}])
    both = [second["id"], first["id"]]

    def found(**query: Any) -> list[str]:
        return ids(api.get("/collections", params={"tag.m": mark, **query}))

    assert found() == both
    assert found(reverse_order="true") == both[::-1]
    assert found(sort_by="label") == both
    assert found(sort_by="label", reverse_order="true") == both[::-1]
    assert found(label="b") == found(format=MULTI) == found(**{"tag.n": "1"}) == [first["id"]]
    assert found(**{"tag_exists.n": "false"}) == [second["id"]]
    assert found(source_id=second["source_id"]) == [second["id"]]
    assert found(member_id=video["id"]) == [first["id"]]
    assert found(member_id=audio["id"]) == both
    assert found(member_id=first["id"]) == found(member_id=str(uuid4())) == []
    assert ids(api.get("/collections", params={"member_id": audio["id"]})) == both
    (listed, _) = api.get("/collections", params={"member_id": audio["id"]}).json()
    assert listed == {
        "id": second["id"],
        "source_id": second["source_id"],
        "format": second["format"],
        "label": "a",
        "tags": {"m": mark},
        "member_count": 1,
        "members_url": str(api.base_url.join(f"/collections/{second['id']}/members")),
    }
    assert {first["id"], second["id"]} <= {
        each["id"] for page in all_pages(api, "/collections", limit=1000) for each in page
    }


@pytest.mark.parametrize("path", ["/collections", "/source-collections"])
def test_a_list_is_paged(api: httpx.Client, make: Maker, path: str) -> None:
    mark, member = str(uuid4()), make.flow()
    made = [create(api, member, label=mark) for _ in range(3)]
    key = "id" if path == "/collections" else "source_id"
    member_id = member[key if key == "source_id" else "id"]

    for query in ({"label": mark}, {"member_id": member_id}):
        pages = all_pages(api, path, limit=2, **query)
        assert [[each["id"] for each in page] for page in pages] == [
            [made[2][key], made[1][key]],
            [made[0][key]],
        ]
        first = api.get(path, params={"limit": 2, **query})
        head = api.head(path, params={"limit": 2, **query})
        for name in ("X-Paging-Count", "X-Paging-NextKey", "X-Paging-Limit", "Link"):
            assert head.headers[name] == first.headers[name]
        assert head.content == b""
    assert api.get(path, params={"page": "x"}).status_code == 400
    assert api.get(path, params={"member_id": "x"}).status_code == 400


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


def test_members_are_added_moved_and_removed(api: httpx.Client, make: Maker) -> None:
    a, b, c = (make.flow()["id"] for _ in range(3))
    made = create(api)
    path = f"/collections/{made['id']}/members"

    last = api.post(path, json={"id": a, "role": "x"})
    assert last.status_code == 201
    assert last.json() == {"id": a, "role": "x", "position": 0}
    assert last.headers["Location"] == str(api.base_url.join(f"{path}/{a}"))
    assert api.get(last.headers["Location"]).json() == last.json()
    assert api.post(path, json={"id": b}).json()["position"] == 1
    assert api.post(path, json={"id": c, "position": 0}).status_code == 201
    assert ids(api.get(path)) == [c, a, b]
    again = api.post(path, json={"id": a})
    assert (again.status_code, again.json()["type"]) == (409, "Conflict")
    moved = {"id": b, "role": "y", "container_mapping": MAPPING, "position": 0}
    assert api.put(f"{path}/{b}", json=moved).status_code == 204
    assert api.get(f"{path}/{b}").json() == moved
    assert api.put(f"{path}/{a}", json={}).status_code == 204
    assert api.delete(f"{path}/{c}").status_code == 204
    assert flow_collection(api, made) == [
        {"id": b, "role": "y", "container_mapping": MAPPING},
        {"id": a},
    ]
    for method in ("GET", "PUT", "DELETE"):
        body: Any = {} if method == "PUT" else None
        assert api.request(method, f"{path}/{c}", json=body).status_code == 404, method
    for wrong in ({"position": 2}, {"position": -1}, {"position": "0"}, {"id": c}, {"roles": "x"}):
        assert api.put(f"{path}/{a}", json=wrong).status_code == 400, wrong
    assert api.post(path, json={"id": c, "position": 3}).status_code == 400
    assert ids(api.get(path)) == [b, a]


def test_members_that_are_added_at_the_same_time_are_all_there(
    api: httpx.Client, make: Maker
) -> None:
    members = [make.flow() for _ in range(6)]
    made = create(api)
    path = f"/collections/{made['id']}/members"

    with ThreadPoolExecutor(len(members)) as pool:
        answers = list(pool.map(lambda it: api.post(path, json={"id": it["id"]}), members))

    assert [each.status_code for each in answers] == [201] * len(members)
    assert sorted(each.json()["position"] for each in answers) == list(range(len(members)))
    assert sorted(ids(api.get(path))) == sorted(each["id"] for each in members)


def test_members_are_paged_in_their_order(api: httpx.Client, make: Maker) -> None:
    members = [make.flow() for _ in range(5)]
    made = create(api, *members)
    path = f"/collections/{made['id']}/members"

    pages = all_pages(api, path, limit=2)

    assert [len(page) for page in pages] == [2, 2, 1]
    listed = [(each["id"], each["position"]) for page in pages for each in page]
    assert listed == [(each["id"], at) for at, each in enumerate(members)]
    key = api.get(path, params={"limit": 2}).headers["X-Paging-NextKey"]
    api.delete(f"{path}/{members[1]['id']}")
    assert ids(api.get(path, params={"page": key})) == [each["id"] for each in members[2:]]
    assert api.get(path, params={"page": "x"}).status_code == 400


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


def test_sources_show_what_their_flows_collect(api: httpx.Client, make: Maker) -> None:
    video, audio = make.flow(), make.flow(an_audio_flow_body)
    label = str(uuid4())
    made = create(api, audio, video, label=label)
    path = f"/source-collections/{made['source_id']}"

    one = api.get(path).json()

    assert one == {
        "id": made["source_id"],
        "format": MULTI,
        "label": label,
        "tags": {},
        "member_count": 2,
        "members_url": str(api.base_url.join(f"{path}/members")),
    }
    assert api.get("/source-collections", params={"label": label}).json() == [one]
    by_member = {"member_id": video["source_id"]}
    assert api.get("/source-collections", params=by_member).json() == [one]
    assert (
        ids(api.get("/source-collections", params={**by_member, "format": video["format"]})) == []
    )
    members = api.get(one["members_url"]).json()
    assert members == [
        {"id": audio["source_id"], "position": 0},
        {"id": video["source_id"], "position": 1},
    ]
    assert api.get(f"{path}/members/{video['source_id']}").json() == members[1]
    assert ids(api.get(f"{path}/members", params={"limit": 1})) == [audio["source_id"]]
    for nothing in (
        f"/source-collections/{video['source_id']}",
        f"/source-collections/{uuid4()}",
        "/source-collections/x",
        f"/source-collections/{uuid4()}/members",
        f"{path}/members/{uuid4()}",
        f"{path}/members/x",
    ):
        assert api.get(nothing).status_code == 404, nothing


def test_source_collections_are_changed_by_changing_those_of_flows(api: httpx.Client) -> None:
    one = f"/source-collections/{uuid4()}"
    for path in ("/source-collections", one, f"{one}/members", f"{one}/members/{uuid4()}"):
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            refused = api.request(method, path, json={})
            assert refused.status_code == 405
            assert refused.headers["Allow"] == "GET, HEAD"
            assert "change these, at /collections" in refused.json()["summary"]


def test_other_methods_are_told_which_there_are(api: httpx.Client) -> None:
    one = f"/collections/{uuid4()}"
    for path, allowed in (
        ("/collections", "GET, HEAD, POST"),
        (one, "DELETE, GET, HEAD, PATCH"),
        (f"{one}/members", "GET, HEAD, POST"),
        (f"{one}/members/{uuid4()}", "DELETE, GET, HEAD, PUT"),
    ):
        method = "PUT" if "PUT" not in allowed else "POST"
        refused = api.request(method, path, json={})
        assert (refused.status_code, refused.headers["Allow"]) == (405, allowed), path
        assert refused.json()["summary"].startswith(f"{method} is not allowed on /collections")


def test_every_get_has_its_head(api: httpx.Client, make: Maker) -> None:
    member = make.flow()
    made = create(api, member)
    one, source = f"/collections/{made['id']}", f"/source-collections/{made['source_id']}"
    for path in (
        one,
        f"{one}/members",
        f"{one}/members/{member['id']}",
        source,
        f"{source}/members",
        f"{source}/members/{member['source_id']}",
    ):
        head, get = api.head(path), api.get(path)
        assert (head.status_code, head.content) == (get.status_code, b"") == (200, b""), path
        assert head.headers["Content-Type"] == get.headers["Content-Type"]
