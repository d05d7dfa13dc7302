"""Instances of an Object: more places to read it, fewer, never none."""

from typing import Any
from uuid import uuid4

import httpx

from tests.api.maker import Maker
from tests.stacks import Backends
from tests.waiting import until, until_gone


def an_object(api: httpx.Client, make: Maker, content: bytes = b"media") -> tuple[str, str]:
    """Ids of a Flow and of an Object that it uses twice, uploaded."""
    flow = make.flow()
    allocated = api.post(f"/flows/{flow['id']}/storage", json={"limit": 1}).json()
    (entry,) = allocated["media_objects"]
    put = entry["put_url"]
    httpx.put(put["url"], content=content, headers={"Content-Type": put["content-type"]})
    for start in (0, 1):
        segment = {
            "object_id": entry["object_id"],
            "timerange": f"[{start}:0_{start + 1}:0)",
            "object_timerange": "[0:0_1:0)",
            "ts_offset": f"{start}:0",
        }
        response = api.post(f"/flows/{flow['id']}/segments", json=segment)
        assert response.status_code in {201, 400}, response.text
    return flow["id"], entry["object_id"]


def labels(api: httpx.Client, flow_id: str, object_id: str) -> list[Any]:
    """Of the Object itself, having checked that all its Segments say the same."""
    found = [url["label"] for url in api.get(f"/objects/{object_id}").json()["get_urls"]]
    for segment in api.get(f"/flows/{flow_id}/segments").json():
        assert [url["label"] for url in segment["get_urls"]] == found
    return found


def test_a_client_adds_and_removes_a_url_of_its_own(api: httpx.Client, make: Maker) -> None:
    flow_id, object_id = an_object(api, make)
    path = f"/objects/{object_id}/instances"
    cdn = {"url": "https://cdn.example.com/a", "label": "cdn"}

    assert api.post(path, json=cdn).status_code == 201
    assert labels(api, flow_id, object_id) == ["local", "cdn"]
    assert api.post(path, json=cdn).status_code == 400
    assert api.delete(path, params={"label": "cdn"}).status_code == 204
    assert labels(api, flow_id, object_id) == ["local"]


def test_what_names_no_instance_or_the_last_one_is_refused(api: httpx.Client, make: Maker) -> None:
    flow_id, object_id = an_object(api, make)
    path = f"/objects/{object_id}/instances"

    for body in (
        {},
        {"url": "http://a/b"},
        {"storage_id": str(uuid4())},
        {"url": "x", "label": "local"},
    ):
        assert api.post(path, json=body).status_code == 400, body
    assert api.delete(path).status_code == 400
    assert api.delete(path, params={"label": "unheard-of"}).status_code == 404
    assert api.delete(path, params={"storage_id": "x"}).status_code == 400
    last = api.delete(path, params={"label": "local"})
    assert last.status_code == 400
    assert "last" in last.json()["summary"]
    assert labels(api, flow_id, object_id) == ["local"]
    assert api.post(f"/objects/{uuid4()}/instances", json={}).status_code in {400, 404}
    unheard = {"url": "http://a/b", "label": "l"}
    assert api.post(f"/objects/{uuid4()}/instances", json=unheard).status_code == 404


def test_a_copy_on_a_second_backend_can_be_read_and_taken_away(
    api: httpx.Client, make: Maker, backends: Backends
) -> None:
    second = backends.archive
    flow_id, object_id = an_object(api, make, b"to be copied")
    path = f"/objects/{object_id}/instances"

    assert api.post(path, json={"storage_id": second}).status_code == 201
    until(lambda: len(api.get(f"/objects/{object_id}").json()["get_urls"]) == 2)
    assert labels(api, flow_id, object_id) == ["local", "archive"]
    assert api.post(path, json={"storage_id": second}).status_code == 400
    urls = api.get(f"/objects/{object_id}").json()["get_urls"]
    assert [httpx.get(url["url"]).content for url in urls] == [b"to be copied"] * 2
    only = {"accept_storage_ids": second, "verbose_storage": "true"}
    (shown,) = api.get(f"/objects/{object_id}", params=only).json()["get_urls"]
    assert shown["storage_id"] == second

    assert api.delete(path, params={"label": "local"}).status_code == 204
    assert labels(api, flow_id, object_id) == ["archive"]
    until_gone(urls[0]["url"])
    assert httpx.get(urls[1]["url"]).content == b"to be copied"
    both = api.post(f"/flows/{flow_id}/storage", json={"storage_id": second, "limit": 1})
    assert "/archive/" in both.json()["media_objects"][0]["put_url"]["url"]


def test_flow_tags_narrow_the_flows_of_an_object_and_nothing_else(
    api: httpx.Client, make: Maker
) -> None:
    flow_id, object_id = an_object(api, make)
    other = make.flow(tags={"lang": ["cy"]})["id"]
    segment = {"object_id": object_id, "timerange": "[0:0_1:0)"}
    assert api.post(f"/flows/{other}/segments", json=segment).status_code == 201

    def flows(**parameters: str) -> list[str]:
        response = api.get(f"/objects/{object_id}", params=parameters)
        assert response.status_code == 200
        found: list[str] = response.json()["referenced_by_flows"]
        return found

    assert flows() == sorted([flow_id, other])
    assert flows(**{"flow_tag.lang": "cy,en"}) == [other]
    assert flows(**{"flow_tag_exists.lang": "false"}) == [flow_id]
    assert flows(**{"flow_tag.lang": "fr"}) == []
