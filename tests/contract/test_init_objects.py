"""INI-2…19, where test_init_segments.py does not cover them: lists, bytes, and the life of init Objects."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest

from local.stack import Stack
from tests.builders import a_video_flow_body
from tests.contract.conftest import Backends
from tests.contract.steps import (
    Json,
    added,
    copied,
    flow_of,
    post,
    put,
    segment,
    segments_of,
    timeranges,
    uploaded,
)
from tests.maker import Maker
from tests.services import services_on
from tests.waiting import until_gone


def an_init_flow(make: Maker) -> Json:
    """A Flow whose Media Objects have init Objects."""
    flow: Json = make.flow(init_segments=True, container="video/iso.segment")
    return flow


@pytest.fixture
def flow(make: Maker) -> Json:
    return an_init_flow(make)


def init_of(media: Json) -> Json:
    init: Json = media["init_object"]
    return init


def media(init_id: str, *object_ids: str) -> list[Json]:
    """A Segment of a second for each Object, all with the same init Object."""
    return [segment(each, n, n + 1, init_object_id=init_id) for n, each in enumerate(object_ids)]


def status(api: httpx.Client, object_id: str) -> int:
    return api.get(f"/objects/{object_id}").status_code


def failed(response: httpx.Response) -> list[str]:
    """The Objects of the Segments in a list that were refused."""
    assert response.status_code == 200, response.text
    return [each["object_id"] for each in response.json()["failed_segments"]]


def test_INI_2_a_list_keeps_the_segments_that_have_their_init_objects(
    api: httpx.Client, make: Maker, flow: Json
) -> None:
    init_id, one, two = make.objects(flow["id"], 3)
    plain = make.flow()
    init_of_plain, three, four = make.objects(plain["id"], 3)

    with_init = [segment(one, 0, 1, init_object_id=init_id), segment(two, 1, 2)]
    without = [segment(three, 0, 1), segment(four, 1, 2, init_object_id=init_of_plain)]

    assert failed(post(api, flow, with_init)) == [two]
    assert failed(post(api, plain, without)) == [four]
    assert timeranges(segments_of(api, flow)) == timeranges(segments_of(api, plain))
    assert [status(api, each) for each in (two, four, init_of_plain)] == [404] * 3


def test_INI_4_media_without_an_init_object_gets_none_later(
    api: httpx.Client, make: Maker, flow: Json
) -> None:
    plain = make.flow()
    (media_id,) = make.objects(plain["id"], 1)
    added(api, plain, segment(media_id, 0, 1))
    (init_id,) = make.objects(flow["id"], 1)

    assert post(api, flow, segment(media_id, 0, 1, init_object_id=init_id)).status_code == 400

    assert "init_object" not in api.get(f"/objects/{media_id}").json()
    assert status(api, init_id) == 404


def test_INI_5_media_of_a_list_is_no_init_object_further_on_in_it(
    api: httpx.Client, make: Maker, flow: Json
) -> None:
    init_id, first, second = make.objects(flow["id"], 3)
    batch = [
        segment(first, 0, 1, init_object_id=init_id),
        segment(second, 1, 2, init_object_id=first),
    ]

    assert failed(post(api, flow, batch)) == [second]

    (kept,) = segments_of(api, flow)
    assert kept["object_id"] == first
    assert "timerange" in api.get(f"/objects/{first}").json()


def test_INI_7_an_init_object_is_first_used_by_the_flow_it_was_allocated_for(
    api: httpx.Client, make: Maker, flow: Json
) -> None:
    init_id, media_id = make.objects(flow["id"], 2)
    other = an_init_flow(make)
    (media_of_other,) = make.objects(other["id"], 1)
    of_other = segment(media_of_other, 0, 1, init_object_id=init_id)

    assert post(api, other, of_other).status_code == 400
    assert post(api, other, {**of_other, "init_object_id": str(uuid4())}).status_code == 400
    added(api, flow, *media(init_id, media_id))
    added(api, other, of_other)


def test_INI_10_the_bytes_of_an_init_object_are_the_same_for_all_its_media(
    api: httpx.Client, make: Maker, flow: Json
) -> None:
    (init_id,) = uploaded(api, flow, content=b"how to decode")
    first, second = make.objects(flow["id"], 2)

    added(api, flow, *media(init_id, first, second))

    inits = [init_of(each) for each in segments_of(api, flow)]
    inits += [init_of(api.get(f"/objects/{each}").json()) for each in (first, second)]
    urls = [
        url["url"]
        for init in [*inits, api.get(f"/objects/{init_id}").json()]
        for url in init["get_urls"]
    ]
    assert len(urls) == 5
    assert {httpx.get(url).content for url in urls} == {b"how to decode"}


def test_INI_11_an_init_object_is_used_by_the_flows_that_use_its_media(
    api: httpx.Client, make: Maker, flow: Json
) -> None:
    init_id, one, two = make.objects(flow["id"], 3)
    other = an_init_flow(make)
    added(api, flow, *media(init_id, one, two))
    added(api, other, segment(one, 0, 1))

    both = api.get(f"/objects/{init_id}").json()
    api.delete(f"/flows/{flow['id']}/segments")
    left = api.get(f"/objects/{init_id}").json()

    assert both["referenced_by_flows"] == sorted([flow["id"], other["id"]])
    assert both["first_referenced_by_flow"] == flow["id"]
    assert left["referenced_by_flows"] == [other["id"]]
    assert "timerange" not in left


def test_INI_12_the_bytes_of_an_init_object_go_with_the_last_media_that_needs_them(
    api: httpx.Client, flow: Json
) -> None:
    init_id, one, two, three = uploaded(api, flow, 4)
    added(api, flow, *media(init_id, one, two, three))
    url = init_of(segments_of(api, flow)[0])["get_urls"][0]["url"]
    urls = [each["get_urls"][0]["url"] for each in segments_of(api, flow)]
    path = f"/flows/{flow['id']}/segments"

    api.delete(path, params={"timerange": "[0:0_2:0)"})
    until_gone(*urls[:2])
    assert httpx.get(url).content == b"media"
    assert init_of(api.get(f"/objects/{three}").json())["id"] == init_id
    api.delete(path)

    assert status(api, init_id) == 404
    until_gone(url)


def test_INI_13_instances_of_an_init_object_are_its_own(
    api: httpx.Client, flow: Json, backends: Backends
) -> None:
    init_id, media_id = uploaded(api, flow, 2)
    added(api, flow, *media(init_id, media_id))
    path = f"/objects/{init_id}/instances"
    cdn = {"url": "https://cdn.example.com/init", "label": "cdn"}

    copied(api, init_id, backends.archive)
    assert api.post(path, json=cdn).status_code == 201
    assert api.delete(path, params={"storage_id": backends.local}).status_code == 204

    (listed,) = segments_of(api, flow)
    for shown in (listed, api.get(f"/objects/{media_id}").json()):
        assert [url["label"] for url in shown["get_urls"]] == ["local"]
        assert [url["label"] for url in init_of(shown)["get_urls"]] == ["archive", "cdn"]


def test_INI_15_a_flow_without_init_segments_has_storage_of_one_type(
    api: httpx.Client, make: Maker
) -> None:
    for plain in (make.flow(), make.flow(init_segments=False)):
        object_id, path = str(uuid4()), f"/flows/{plain['id']}/storage"
        asked = {"object_ids": [object_id]}

        assert api.post(path, json={**asked, "content_type": "video/mp4"}).status_code == 400
        assert api.post(path, json=asked).status_code == 201


def test_INI_18_an_init_object_is_kept_once_media_needs_it_and_taken_back_if_none_does(
    api: httpx.Client, make: Maker, stack: Stack, flow: Json, monkeypatch: pytest.MonkeyPatch
) -> None:
    used, unused, media_id = uploaded(api, flow, 3)
    added(api, flow, *media(used, media_id))
    cleanup = replace(
        services_on(stack, monkeypatch).object_cleanup, allocation_timeout=timedelta(0)
    )

    while cleanup.sweep():
        pass

    (late,) = make.objects(flow["id"], 1)
    refused = post(api, flow, segment(late, 1, 2, init_object_id=unused))
    assert refused.status_code == 400
    assert "init_object_id" in refused.json()["summary"]
    assert api.get(f"/objects/{used}").json()["referenced_by_flows"] == [flow["id"]]
    assert httpx.get(init_of(segments_of(api, flow)[0])["get_urls"][0]["url"]).content == b"media"


def test_INI_19_a_flow_with_media_keeps_having_init_segments_or_none(
    api: httpx.Client, make: Maker, flow: Json
) -> None:
    init_id, media_id = make.objects(flow["id"], 2)
    plain = make.flow()
    off, on = (
        a_video_flow_body(init_segments=each)["essence_parameters"] for each in (False, True)
    )

    for essence in (off, on):
        assert put(api, flow, essence_parameters=essence).status_code == 204
    added(api, flow, *media(init_id, media_id))
    make.segments(plain["id"], 1)
    assert put(api, flow, essence_parameters=off).status_code == 400
    assert put(api, plain, essence_parameters=on).status_code == 400
    assert put(api, flow, label="x").status_code == put(api, plain, label="x").status_code == 204
    assert flow_of(api, flow)["essence_parameters"]["init_segments"] is True
