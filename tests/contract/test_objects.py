"""OBJ-1…9, OBJ-37 and STO-17: reading Objects."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.contract.conftest import Backends
from tests.contract.steps import Json, added, copied, post, segment, uploaded
from tests.maker import Maker, all_pages


@pytest.fixture
def object_id(api: httpx.Client, flow: Json) -> str:
    """Registered by the Flow, as `[0:0_10:0)`, with bytes."""
    (uploaded_id,) = uploaded(api, flow)
    added(api, flow, segment(uploaded_id, 0, 10, key_frame_count=3))
    return uploaded_id


def read(api: httpx.Client, object_id: str, **query: Any) -> Json:
    response = api.get(f"/objects/{object_id}", params=query)
    assert response.status_code == 200, response.text
    found: Json = response.json()
    return found


def status(api: httpx.Client, object_id: str) -> int:
    return api.get(f"/objects/{object_id}").status_code


def test_STO_17_an_object_is_unknown_until_it_is_registered(
    api: httpx.Client, make: Maker, flow: Json
) -> None:
    (allocated,) = make.objects(flow["id"], 1)
    path = f"/objects/{allocated}"
    instance = {"url": "https://cdn.example.com/1", "label": "cdn"}

    assert api.get(path).status_code == api.head(path).status_code == 404
    assert api.post(f"{path}/instances", json=instance).status_code == 404
    assert api.delete(f"{path}/instances", params={"label": "cdn"}).status_code == 404
    added(api, flow, segment(allocated, 0, 1))
    assert api.get(path).status_code == api.head(path).status_code == 200


def test_OBJ_1_an_object_tells_what_is_known_of_it_and_no_more(
    api: httpx.Client, flow: Json, object_id: str
) -> None:
    found = read(api, object_id)
    (url,) = found.pop("get_urls")

    assert url["label"] == "local"
    assert found == {
        "id": object_id,
        "referenced_by_flows": [flow["id"]],
        "first_referenced_by_flow": flow["id"],
        "timerange": "[0:0_10:0)",
        "key_frame_count": 3,
    }


def test_OBJ_2_media_has_a_timerange_and_an_init_object_has_none(
    api: httpx.Client, make: Maker
) -> None:
    flow = make.flow(init_segments=True, container="video/iso.segment")
    init_id, object_id = make.objects(flow["id"], 2)
    added(api, flow, segment(object_id, 5, 6, init_object_id=init_id))

    assert read(api, object_id)["timerange"] == "[5:0_6:0)"
    assert "timerange" not in read(api, init_id)


def test_OBJ_3_an_object_is_found_once_it_is_registered(
    api: httpx.Client, make: Maker, flow: Json
) -> None:
    (allocated,) = make.objects(flow["id"], 1)

    assert status(api, allocated) == status(api, f"{uuid4()}") == 404
    added(api, flow, segment(allocated, 0, 1))
    assert status(api, allocated) == 200


def test_OBJ_4_an_object_tells_each_flow_that_uses_it_page_by_page(
    api: httpx.Client, make: Maker, object_id: str, flow: Json
) -> None:
    others = [make.flow() for _ in range(4)]
    for other in others:
        added(api, other, segment(object_id, 0, 2), segment(object_id, 3, 5))

    pages = all_pages(api, f"/objects/{object_id}", limit=2)

    listed = [flow_id for page in pages for flow_id in page["referenced_by_flows"]]
    assert [len(page["referenced_by_flows"]) for page in pages] == [2, 2, 1]
    assert sorted(listed) == sorted(each["id"] for each in (flow, *others))


def test_OBJ_4_an_init_object_tells_the_flows_of_the_media_that_needs_it(
    api: httpx.Client, make: Maker
) -> None:
    flows = [make.flow(init_segments=True, container="video/iso.segment") for _ in range(3)]
    init_id, media_id, more_id = make.objects(flows[0]["id"], 3)
    for at, each in enumerate((media_id, more_id)):
        added(api, flows[0], segment(each, at, at + 1, init_object_id=init_id))
    for flow in flows[1:]:
        added(api, flow, segment(media_id, 0, 1))

    pages = all_pages(api, f"/objects/{init_id}", limit=2)

    listed = [flow_id for page in pages for flow_id in page["referenced_by_flows"]]
    assert [len(page["referenced_by_flows"]) for page in pages] == [2, 1]
    assert sorted(listed) == sorted(flow["id"] for flow in flows)


def test_OBJ_5_the_first_flow_to_use_an_object_is_told(
    api: httpx.Client, make: Maker, object_id: str, flow: Json
) -> None:
    other = make.flow()
    added(api, other, segment(object_id, 0, 10))

    assert read(api, object_id)["first_referenced_by_flow"] == flow["id"]
    assert api.delete(f"/flows/{flow['id']}").status_code == 204
    left = read(api, object_id)
    assert left["referenced_by_flows"] == [other["id"]]
    assert left.get("first_referenced_by_flow") in {None, flow["id"]}


def test_OBJ_6_flow_tags_narrow_the_flows_and_not_the_object(
    api: httpx.Client, make: Maker, object_id: str
) -> None:
    tagged = make.flow(tags={"use": ["edit", "archive"]})
    added(api, tagged, segment(object_id, 0, 10))

    assert read(api, object_id, **{"flow_tag.use": "edit"})["referenced_by_flows"] == [tagged["id"]]
    assert read(api, object_id, **{"flow_tag_exists.use": "true"})["referenced_by_flows"] == [
        tagged["id"]
    ]
    assert (
        tagged["id"]
        not in read(api, object_id, **{"flow_tag_exists.use": "false"})["referenced_by_flows"]
    )
    none = read(api, object_id, **{"flow_tag.use": "play"})
    assert none["referenced_by_flows"] == []
    assert none["get_urls"]


def test_OBJ_7_urls_of_an_object_are_filtered(api: httpx.Client, object_id: str) -> None:
    assert read(api, object_id, accept_get_urls="")["get_urls"] == []
    assert read(api, object_id, presigned="false")["get_urls"] == []
    assert len(read(api, object_id, accept_get_urls="local")["get_urls"]) == 1


def test_OBJ_8_objects_are_neither_listed_nor_written(api: httpx.Client, object_id: str) -> None:
    assert api.get("/objects").status_code == 405, "an extension creates them here"
    for method in ("PUT", "POST"):
        assert api.request(method, f"/objects/{object_id}", json={}).status_code == 405
    assert status(api, object_id) == 200


def test_OBJ_9_the_key_frame_count_stays_as_it_was_first_said(
    api: httpx.Client, make: Maker, object_id: str
) -> None:
    other = make.flow()

    assert post(api, other, segment(object_id, 0, 1, key_frame_count=4)).status_code == 400
    added(api, other, segment(object_id, 0, 1))

    assert read(api, object_id)["key_frame_count"] == 3


def test_OBJ_37_all_instances_have_the_same_bytes(
    api: httpx.Client, object_id: str, backends: Backends
) -> None:
    for storage_id in (backends.archive, backends.unlabelled):
        copied(api, object_id, storage_id)

    urls = read(api, object_id)["get_urls"]
    assert [httpx.get(each["url"]).content for each in urls] == [b"media"] * 3
