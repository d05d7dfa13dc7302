"""POST of Flows, Sources and Objects, and what goes with it: extensions beside TAMS 8.2."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.builders import a_video_flow_body
from tests.contract.conftest import Subscribe
from tests.contract.steps import Json, added, arrived, segment
from tests.maker import Maker
from tests.receiver import Receiver

VIDEO = "urn:x-nmos:format:video"


def a_flow() -> Json:
    return a_video_flow_body(id=str(uuid4()), source_id=str(uuid4()), tags={"a": "b"})


def a_source() -> Json:
    return {"id": str(uuid4()), "format": VIDEO, "label": "camera", "tags": {"a": "b"}}


def an_object_with_an_id_that_gateways_cut() -> Json:
    return an_object() | {"id": f"{uuid4()}?take=2"}


def an_object_with_a_slash_at_the_end() -> Json:
    return an_object() | {"id": f"{uuid4()}/"}


def an_object_with_the_id_of_instances() -> Json:
    return an_object() | {"id": f"{uuid4()}/instances"}


def an_object() -> Json:
    urls = [{"label": "cdn", "url": "https://cdn.example.com/a.ts"}]
    return {"id": f"a/b c/{uuid4()}", "get_urls": urls, "timerange": "[0:0_2:0)"}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/flows", a_flow),
        ("/sources", a_source),
        ("/objects", an_object),
        ("/objects", an_object_with_an_id_that_gateways_cut),
        ("/objects", an_object_with_a_slash_at_the_end),
        ("/objects", an_object_with_the_id_of_instances),
    ],
    ids=lambda it: str(getattr(it, "__name__", it)),
)
def test_what_is_created_is_where_the_answer_says(
    api: httpx.Client, path: str, body: Callable[[], Json]
) -> None:
    given = body()

    made = api.post(path, json=given)

    assert made.status_code == 201, made.text
    assert made.headers["Location"].startswith(f"{api.base_url}".rstrip("/") + path)
    found = api.get(made.headers["Location"])
    assert found.status_code == 200
    assert found.json() == made.json()
    assert made.json()["id"] == given["id"]
    again = api.post(path, json=given)
    assert again.status_code == 409
    assert again.json()["type"] == "Conflict"
    assert "already exists" in again.json()["summary"]
    assert api.get(made.headers["Location"]).json() == found.json()
    assert api.delete(made.headers["Location"]).status_code == 204
    assert api.get(made.headers["Location"]).status_code == 404


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/flows", "GET, HEAD, POST"),
        ("/sources", "GET, HEAD, POST"),
        ("/objects", "POST"),
        ("/sources/4f1b4bd0-2c6f-4a0f-8f06-0a3c6bd0f7a1", "DELETE, GET, HEAD, PUT"),
        ("/flows/4f1b4bd0-2c6f-4a0f-8f06-0a3c6bd0f7a1/tags", "GET, HEAD, PUT"),
    ],
)
def test_other_methods_are_told_which_there_are(api: httpx.Client, path: str, allowed: str) -> None:
    refused = api.patch(path)

    assert refused.status_code == 405
    assert refused.headers["Allow"] == allowed


@pytest.mark.parametrize("path", ["/flows", "/sources", "/objects"])
@pytest.mark.parametrize("body", [None, [], "x", {}, {"id": "not-a-uuid"}, {"id": None}])
def test_a_body_that_does_not_fit_is_400(api: httpx.Client, path: str, body: Any) -> None:
    refused = api.post(path, json=body)

    assert refused.status_code == 400
    assert refused.json()["type"] == "InvalidRequest"


def test_a_source_lives_without_flows_and_sends_its_events(
    api: httpx.Client, make: Maker, inbox: Receiver, subscribe: Subscribe
) -> None:
    source = a_source()
    subscribe(inbox, source["id"])
    path = f"/sources/{source['id']}"

    assert api.post("/sources", json=source).status_code == 201
    flow = make.flow(source_id=source["id"])
    refused = api.delete(path)
    assert (refused.status_code, refused.json()["type"]) == (409, "Conflict")
    assert api.delete(f"/flows/{flow['id']}").status_code == 204
    assert api.get(path).json()["label"] == "camera"
    assert source["id"] in [each["id"] for each in api.get("/sources?limit=1000").json()]
    assert api.put(path, json={"label": "new"}).status_code == 204
    assert api.put(f"{path}/tags", json={"c": ["d"]}).status_code == 204
    assert {"label": "new", "tags": {"c": ["d"]}}.items() <= api.get(path).json().items()
    assert api.delete(path).status_code == 204
    assert [api.get(path).status_code, api.delete(path).status_code] == [404, 404]

    arrived(inbox, "sources/deleted")
    assert [each.event_type for each in inbox.distinct] == [
        "sources/created",
        "flows/created",
        "flows/deleted",
        "sources/updated",
        "sources/updated",
        "sources/deleted",
    ]


def test_a_replacement_of_what_is_not_there_is_404(api: httpx.Client) -> None:
    for path in (f"/sources/{uuid4()}", f"/sources/{uuid4()}/tags", f"/flows/{uuid4()}/tags"):
        assert api.put(path, json={"a": "b"}).status_code == 404, path
        assert api.put(path, json=5).status_code == 404, path


def test_tags_of_a_flow_are_replaced_as_a_whole(api: httpx.Client, make: Maker) -> None:
    flow = make.flow(tags={"a": "1", "b": "2"})
    path = f"/flows/{flow['id']}/tags"

    assert api.put(path, json={"b": ["3"], "c": "4"}).status_code == 204
    assert api.get(path).json() == {"b": ["3"], "c": "4"}
    wrong_bodies: tuple[Any, ...] = ([], "x", {"a": 1}, {"a": None})
    for wrong in wrong_bodies:
        assert api.put(path, json=wrong).status_code == 400
    assert api.put(path, json={}).status_code == 204
    assert api.get(path).json() == {}
    assert api.put(f"/flows/{flow['id']}/read_only", json=True).status_code == 204
    assert api.put(path, json={"a": "b"}).status_code == 403


def test_a_registered_object_needs_no_urls_in_its_segments(api: httpx.Client, make: Maker) -> None:
    flow, made = make.flow(), an_object()
    location = api.post("/objects", json=made).headers["Location"]

    added(api, flow, segment(made["id"], 0, 1))

    found = api.get(location).json()
    assert found["referenced_by_flows"] == [flow["id"]]
    assert found["first_referenced_by_flow"] == flow["id"]
    assert found["timerange"] == "[0:0_2:0)"
    (listed,) = api.get(f"/flows/{flow['id']}/segments").json()
    assert [each["url"] for each in listed["get_urls"]] == ["https://cdn.example.com/a.ts"]
