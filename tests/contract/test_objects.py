"""OBJ-1…9 and OBJ-29…37: Objects read, and how long they live."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from local.stack import Stack
from tams.runtime.aws import build_from
from tams.runtime.settings import Settings
from tests.api.maker import Maker, all_pages
from tests.contract.conftest import Backends
from tests.contract.steps import Json, added, post, segment, segments_of, uploaded


@pytest.fixture
def flow(make: Maker) -> Json:
    made: Json = make.flow()
    return made


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


def delete_segments(api: httpx.Client, flow: Json, **query: str) -> None:
    answer = api.delete(f"/flows/{flow['id']}/segments", params=query)
    assert answer.status_code == 204


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
    assert api.get("/objects").status_code == 404
    for method in ("PUT", "POST", "DELETE"):
        assert api.request(method, f"/objects/{object_id}", json={}).status_code == 405
    assert status(api, object_id) == 200


def test_OBJ_9_the_key_frame_count_stays_as_it_was_first_said(
    api: httpx.Client, make: Maker, object_id: str
) -> None:
    other = make.flow()

    assert post(api, other, segment(object_id, 0, 1, key_frame_count=4)).status_code == 400
    added(api, other, segment(object_id, 0, 1))

    assert read(api, object_id)["key_frame_count"] == 3


def test_OBJ_29_an_object_lives_while_any_segment_or_object_needs_it(
    api: httpx.Client, make: Maker, backends: Backends, object_id: str, flow: Json
) -> None:
    other = make.flow()
    added(api, other, segment(object_id, 0, 10))
    instance = {"storage_id": backends.archive}
    assert api.post(f"/objects/{object_id}/instances", json=instance).status_code == 201
    urls = [each["url"] for each in read(api, object_id)["get_urls"]]

    delete_segments(api, flow)
    assert [httpx.get(url).content for url in urls] == [b"media", b"media"]
    delete_segments(api, other)

    assert status(api, object_id) == 404
    gone_from(urls)


def gone_from(urls: list[str]) -> None:
    """Waits until the bytes are gone."""
    until = datetime.now(UTC) + timedelta(seconds=20)
    while any(httpx.get(url).status_code != 404 for url in urls):
        assert datetime.now(UTC) < until


def test_OBJ_30_bytes_go_when_the_last_segment_does(
    api: httpx.Client, flow: Json, object_id: str
) -> None:
    urls = [each["url"] for each in read(api, object_id)["get_urls"]]

    delete_segments(api, flow)

    gone_from(urls)


def test_OBJ_31_an_init_object_goes_with_the_last_media_that_needs_it(
    api: httpx.Client, make: Maker
) -> None:
    flow = make.flow(init_segments=True, container="video/iso.segment")
    init_id, *media = uploaded(api, flow, 3)
    added(
        api,
        flow,
        *(segment(each, n, n + 1, init_object_id=init_id) for n, each in enumerate(media)),
    )
    urls = [each["url"] for each in read(api, init_id)["get_urls"]]

    delete_segments(api, flow, object_id=media[0])
    assert status(api, init_id) == 200
    delete_segments(api, flow)

    assert status(api, init_id) == 404
    gone_from(urls)


def test_OBJ_32_one_segment_left_in_the_same_flow_keeps_an_object(
    api: httpx.Client, flow: Json, object_id: str
) -> None:
    added(api, flow, segment(object_id, 20, 30, ts_offset="20:0"))

    delete_segments(api, flow, timerange="[0:0_10:0)")
    assert status(api, object_id) == 200
    delete_segments(api, flow, timerange="[20:0_30:0)")

    assert status(api, object_id) == 404


def test_OBJ_33_an_object_that_is_gone_is_not_found(
    api: httpx.Client, flow: Json, object_id: str
) -> None:
    (url,) = (each["url"] for each in read(api, object_id)["get_urls"])

    delete_segments(api, flow)

    assert status(api, object_id) == api.head(f"/objects/{object_id}").status_code == 404
    assert post(api, flow, segment(object_id, 0, 10)).status_code == 400
    gone_from([url])
    assert segments_of(api, flow) == []


def test_OBJ_36_an_allocation_that_nobody_registered_is_taken_back_in_time(
    api: httpx.Client, flow: Json, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in stack.settings_env().items():
        monkeypatch.setenv(name, value)
    cleanup = build_from(Settings()).object_cleanup
    unused, used = uploaded(api, flow, 2)
    added(api, flow, segment(used, 0, 1))
    store = stack.data_dir / "s3" / "tams-media" / "media"

    replace(cleanup, clock=lambda: datetime.now(UTC) + timedelta(hours=23)).sweep()
    assert (store / unused).exists()
    late = replace(cleanup, clock=lambda: datetime.now(UTC) + timedelta(hours=25))
    late.sweep()
    late.clean([unused, used])

    assert not (store / unused).exists()
    assert (store / used).exists()
    assert post(api, flow, segment(unused, 1, 2)).status_code == 400


def test_OBJ_37_all_instances_have_the_same_bytes(
    api: httpx.Client, backends: Backends, object_id: str
) -> None:
    for storage_id in (backends.archive, backends.unlabelled):
        body = {"storage_id": storage_id}
        assert api.post(f"/objects/{object_id}/instances", json=body).status_code == 201

    contents = [httpx.get(each["url"]).content for each in read(api, object_id)["get_urls"]]

    assert contents == [b"media"] * 3
