"""INI: Media Objects that need an init Object before they can be played."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.builders import a_multi_flow_body, a_video_flow_body, an_audio_flow_body
from tests.contract.conftest import Backends
from tests.contract.steps import Json, added, copied, post, put, segment, segments_of, uploaded
from tests.maker import Maker

IMAGE = "urn:x-tam:format:image"


@pytest.fixture
def flow(make: Maker) -> Json:
    """One whose Media Objects have init Objects."""
    made: Json = make.flow(init_segments=True, container="video/iso.segment")
    return made


@pytest.fixture
def objects(make: Maker, flow: Json) -> list[str]:
    """Allocated for it: the first is to be the init Object."""
    return make.objects(flow["id"], 5)


def status(api: httpx.Client, object_id: str) -> int:
    return api.get(f"/objects/{object_id}").status_code


def test_INI_1_every_format_but_images_may_have_init_segments(api: httpx.Client) -> None:
    size = {"frame_width": 1, "frame_height": 1}
    image = {**a_video_flow_body(format=IMAGE, codec="image/jpeg"), "essence_parameters": size}
    data = {**image, "format": "urn:x-nmos:format:data", "essence_parameters": {}}
    multi = {**a_multi_flow_body(), "essence_parameters": {}}

    for body in (a_video_flow_body(), an_audio_flow_body(), data, multi, image):
        for value in (True, False):
            new = {**body, "id": str(uuid4()), "source_id": str(uuid4())}
            new["essence_parameters"] = {**body["essence_parameters"], "init_segments": value}
            expected = 400 if body is image else 201
            assert put(api, new).status_code == expected, body["format"]
    odd = a_video_flow_body(id=str(uuid4()), source_id=str(uuid4()))
    odd["essence_parameters"]["init_segments"] = "true"
    assert put(api, odd).status_code == 400


def test_INI_2_init_objects_are_there_for_all_media_of_a_flow_or_for_none(
    api: httpx.Client, make: Maker, flow: Json, objects: list[str]
) -> None:
    init_id, first, second, *_ = objects
    plain = make.flow()
    own_init, own = make.objects(plain["id"], 2)
    added(api, plain, segment(own, 0, 1))

    assert post(api, flow, segment(first, 0, 1)).status_code == 400
    assert post(api, flow, segment(own, 0, 1)).status_code == 400
    added(api, flow, segment(first, 0, 1, init_object_id=init_id))
    assert post(api, plain, segment(first, 5, 6, ts_offset="5:0")).status_code == 400
    with_init = segment(make.objects(plain["id"], 1)[0], 1, 2, init_object_id=own_init)
    assert post(api, plain, with_init).status_code == 400
    assert len(segments_of(api, flow)) == len(segments_of(api, plain)) == 1
    assert second not in str(segments_of(api, flow))


def test_INI_3_the_init_object_is_said_once_and_belongs_to_the_media(
    api: httpx.Client, flow: Json, objects: list[str]
) -> None:
    init_id, media_id, *_ = objects
    added(api, flow, segment(media_id, 0, 1, init_object_id=init_id))
    added(api, flow, segment(media_id, 1, 2, ts_offset="1:0"))

    for each in segments_of(api, flow):
        assert each["init_object"]["object_id"] == init_id
    assert api.get(f"/objects/{media_id}").json()["init_object"]["id"] == init_id


def test_INI_4_media_used_again_keeps_its_init_object(
    api: httpx.Client, make: Maker, flow: Json, objects: list[str]
) -> None:
    init_id, media_id, other_id, *_ = objects
    added(api, flow, segment(media_id, 0, 1, init_object_id=init_id))
    again = make.flow(init_segments=True, container="video/iso.segment")

    other = segment(media_id, 0, 1, init_object_id=other_id)
    assert post(api, again, other).status_code == 400
    added(api, again, segment(media_id, 0, 1))
    added(api, again, segment(media_id, 1, 2, ts_offset="1:0", init_object_id=init_id))


def test_INI_5_an_object_is_media_or_init_and_never_both(
    api: httpx.Client, flow: Json, objects: list[str]
) -> None:
    init_id, media_id, third, fourth, fifth = objects
    added(api, flow, segment(media_id, 0, 1, init_object_id=init_id))

    as_media = segment(init_id, 1, 2, init_object_id=third)
    as_init = segment(third, 1, 2, init_object_id=media_id)
    of_itself = segment(third, 1, 2, init_object_id=third)
    for bad in (as_media, as_init, of_itself):
        assert post(api, flow, bad).status_code == 400
    batch = [
        segment(fourth, 1, 2, init_object_id=fifth),
        segment(fifth, 2, 3, init_object_id=init_id),
    ]
    failed = post(api, flow, batch).json()["failed_segments"]
    assert [each["object_id"] for each in failed] == [fifth]


def test_INI_6_many_media_objects_share_one_init_object(
    api: httpx.Client, flow: Json, objects: list[str]
) -> None:
    init_id, *media = objects

    added(
        api,
        flow,
        *(segment(each, n, n + 1, init_object_id=init_id) for n, each in enumerate(media)),
    )

    used = {each["init_object"]["object_id"] for each in segments_of(api, flow)}
    assert used == {init_id}
    assert api.get(f"/objects/{init_id}").json()["referenced_by_flows"] == [flow["id"]]


def test_INI_8_a_segment_tells_the_id_and_urls_of_its_init_object(
    api: httpx.Client, flow: Json
) -> None:
    init_id, media_id = uploaded(api, flow, 2)
    added(api, flow, segment(media_id, 0, 1, init_object_id=init_id))

    (listed,) = segments_of(api, flow)

    assert listed["init_object"].keys() == {"object_id", "get_urls"}
    assert httpx.get(listed["init_object"]["get_urls"][0]["url"]).content == b"media"


def test_INI_9_an_object_tells_the_id_and_urls_of_its_init_object(
    api: httpx.Client, flow: Json, objects: list[str]
) -> None:
    init_id, media_id, *_ = objects
    added(api, flow, segment(media_id, 0, 1, init_object_id=init_id))

    read = api.get(f"/objects/{media_id}").json()

    assert read["init_object"].keys() == {"id", "get_urls"}
    assert read["init_object"]["id"] == init_id


def test_INI_10_the_same_init_bytes_have_the_same_id_everywhere(
    api: httpx.Client, make: Maker, flow: Json, objects: list[str]
) -> None:
    init_id, media_id, *_ = objects
    added(api, flow, segment(media_id, 0, 1, init_object_id=init_id))
    other = make.flow(init_segments=True, container="video/iso.segment")
    (media_of_other,) = make.objects(other["id"], 1)

    added(api, other, segment(media_of_other, 0, 1, init_object_id=init_id))

    assert segments_of(api, other)[0]["init_object"]["object_id"] == init_id
    users = api.get(f"/objects/{init_id}").json()["referenced_by_flows"]
    assert set(users) == {flow["id"], other["id"]}


def test_INI_11_an_init_object_is_found_once_media_needs_it(
    api: httpx.Client, flow: Json, objects: list[str]
) -> None:
    init_id, media_id, *_ = objects
    assert status(api, init_id) == 404

    added(api, flow, segment(media_id, 0, 1, init_object_id=init_id))

    read = api.get(f"/objects/{init_id}").json()
    assert read["referenced_by_flows"] == [flow["id"]]
    assert read["first_referenced_by_flow"] == flow["id"]
    assert not {"timerange", "init_object"} & read.keys()


def test_INI_12_an_init_object_lives_as_long_as_media_needs_it(
    api: httpx.Client, make: Maker, flow: Json, objects: list[str]
) -> None:
    init_id, media_id, *_ = objects
    added(api, flow, segment(media_id, 0, 1, init_object_id=init_id))
    other = make.flow(init_segments=True, container="video/iso.segment")
    added(api, other, segment(media_id, 0, 1))

    api.delete(f"/flows/{flow['id']}")
    assert status(api, init_id) == 200
    api.delete(f"/flows/{other['id']}")

    assert status(api, init_id) == 404


def test_INI_13_instances_of_media_are_not_those_of_its_init_object(
    api: httpx.Client, flow: Json, backends: Backends
) -> None:
    init_id, media_id = uploaded(api, flow, 2)
    added(api, flow, segment(media_id, 0, 1, init_object_id=init_id))
    path = f"/objects/{media_id}/instances"

    copied(api, media_id, backends.archive)
    assert api.delete(path, params={"storage_id": backends.local}).status_code == 204

    (listed,) = segments_of(api, flow)
    assert [url["label"] for url in listed["get_urls"]] == ["archive"]
    assert [url["label"] for url in listed["init_object"]["get_urls"]] == ["local"]


def test_INI_14_storage_for_an_init_object_may_be_of_another_type(
    api: httpx.Client, flow: Json
) -> None:
    def types(**body: Any) -> set[str]:
        answer = api.post(f"/flows/{flow['id']}/storage", json={"limit": 1, **body})
        assert answer.status_code == 201, answer.text
        return {each["put_url"]["content-type"] for each in answer.json()["media_objects"]}

    assert types(content_type="video/mp4") == {"video/mp4"}
    assert types() == {"video/iso.segment"}
    bad = api.post(f"/flows/{flow['id']}/storage", json={"content_type": 1})
    assert bad.status_code == 400


def test_INI_16_the_container_is_the_type_of_the_media(api: httpx.Client, flow: Json) -> None:
    (init_id,) = uploaded(api, flow, content_type="video/mp4")
    (media_id,) = uploaded(api, flow)
    added(api, flow, segment(media_id, 0, 1, init_object_id=init_id))

    (listed,) = segments_of(api, flow)

    served = [
        httpx.get(urls[0]["url"]).headers["Content-Type"]
        for urls in (listed["get_urls"], listed["init_object"]["get_urls"])
    ]
    assert served == [flow["container"], "video/mp4"]


def test_INI_17_flows_are_listed_by_having_init_segments(
    api: httpx.Client, make: Maker, flow: Json
) -> None:
    source = {"source_id": flow["source_id"]}
    plain = make.flow(**source)

    for value, expected in (("true", flow), ("false", plain)):
        listed = api.get("/flows", params={**source, "init_segments": value}).json()
        assert [each["id"] for each in listed] == [expected["id"]]


def test_INI_18_an_init_object_that_media_needs_is_in_use(
    api: httpx.Client, flow: Json, objects: list[str]
) -> None:
    init_id, media_id, *_ = objects
    added(api, flow, segment(media_id, 0, 1, init_object_id=init_id))

    again = api.post(f"/flows/{flow['id']}/storage", json={"object_ids": [init_id]})

    assert again.status_code == 400
    assert status(api, init_id) == 200
