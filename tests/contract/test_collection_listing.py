"""GET /collections and /source-collections: extensions beside TAMS 8.2, over the same flow_collection."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.builders import an_audio_flow_body
from tests.contract.collecting import MULTI, create, ids
from tests.maker import Maker, all_pages


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
