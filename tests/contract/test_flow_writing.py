"""FLW-17…23 and 41: what a PUT must say about a Flow, by format."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.builders import a_multi_flow_body, a_video_flow_body, an_audio_flow_body
from tests.contract.steps import Json, flow_of, put
from tests.maker import Maker

RATE = {"numerator": 25, "denominator": 1}


def new(**fields: Any) -> Json:
    """The body of a video Flow with ids of its own."""
    return a_video_flow_body(id=str(uuid4()), source_id=str(uuid4()), **fields)


def audio(**fields: Any) -> Json:
    return an_audio_flow_body(id=str(uuid4()), source_id=str(uuid4()), **fields)


def multi(**fields: Any) -> Json:
    return a_multi_flow_body(id=str(uuid4()), source_id=str(uuid4()), **fields)


def image(**fields: Any) -> Json:
    size = {"frame_width": 640, "frame_height": 360}
    return multi(
        **{
            "format": "urn:x-tam:format:image",
            "codec": "image/jpeg",
            "essence_parameters": size,
            **fields,
        }
    )


def data(**fields: Any) -> Json:
    return multi(
        **{
            "format": "urn:x-nmos:format:data",
            "codec": "text/vtt",
            "essence_parameters": {},
            **fields,
        }
    )


def without(body: Json, name: str) -> Json:
    """The same Flow without a field, or without an essence parameter."""
    parameters = body.get("essence_parameters", {})
    body = {**body, "essence_parameters": {k: v for k, v in parameters.items() if k != name}}
    return {k: v for k, v in body.items() if k != name}


def essence(body: Json, **parameters: Any) -> Json:
    """The same Flow with more essence parameters."""
    return {**body, "essence_parameters": {**body["essence_parameters"], **parameters}}


def refused(api: httpx.Client, body: Json, words: str) -> None:
    """The Flow is not made, and the answer names what is wrong with it."""
    response = put(api, body)
    assert response.status_code == 400, response.text
    assert words in response.json()["summary"]
    assert api.get(f"/flows/{body['id']}").status_code == 404


def test_FLW_17_a_new_flow_is_answered_as_it_will_be_read(api: httpx.Client, make: Maker) -> None:
    collector = make.flow(a_multi_flow_body)
    items = [{"id": collector["id"], "role": "whole"}]
    body = new(label="Camera 1", tags={"a": ["b"]}, flow_collection=items)

    response = api.put(f"/flows/{body['id']}", json=body)

    assert response.status_code == 201
    assert body.items() <= response.json().items()
    assert response.json() == flow_of(api, body)


@pytest.mark.parametrize("name", ["id", "source_id", "format", "codec", "essence_parameters"])
def test_FLW_19_ids_and_a_technical_description_are_required(api: httpx.Client, name: str) -> None:
    body = new()
    lacking = {field: value for field, value in body.items() if field != name}

    response = api.put(f"/flows/{body['id']}", json=lacking)

    assert response.status_code == 400
    assert response.json()["summary"].startswith(name)
    assert api.get(f"/flows/{body['id']}").status_code == 404


def test_FLW_19_a_profile_stands_for_the_technical_description(api: httpx.Client) -> None:
    technical = without(without(new(), "id"), "source_id")
    profile = {"id": str(uuid4()), "flow_metadata": technical}
    assert api.post(f"/service/profiles/{profile['id']}", json=profile).status_code == 201
    ids = {"id": str(uuid4()), "source_id": str(uuid4())}

    refused(api, ids, "format")
    assert put(api, ids, profile_id=profile["id"]).status_code == 201


@pytest.mark.parametrize("body", [new, audio, image, data, multi])
def test_FLW_20_each_format_has_parameters_of_its_own(api: httpx.Client, body: Any) -> None:
    flow = body()

    assert put(api, flow).status_code == 201
    assert flow.items() <= flow_of(api, flow).items()
    refused(api, essence(body(essence_parameters={}), colour="blue"), "colour")


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (new, "codec"),
        (new, "frame_width"),
        (new, "frame_height"),
        (new, "frame_rate"),
        (audio, "codec"),
        (audio, "sample_rate"),
        (audio, "channels"),
        (image, "codec"),
        (image, "frame_width"),
        (image, "frame_height"),
        (data, "codec"),
        *((body, "essence_parameters") for body in (new, audio, image, data)),
        *((body, "format") for body in (new, audio, image, data, multi)),
    ],
)
def test_FLW_20_what_a_format_needs_is_not_left_out(
    api: httpx.Client, body: Any, name: str
) -> None:
    refused(api, without(body(), name), name)


@pytest.mark.parametrize("vfr", [False, None])
def test_FLW_21_a_fixed_frame_rate_is_given(api: httpx.Client, vfr: bool | None) -> None:
    said = {} if vfr is None else {"vfr": vfr}

    assert put(api, essence(new(), **said)).status_code == 201
    refused(api, without(essence(new(), **said), "frame_rate"), "must have frame_rate")


def test_FLW_21_a_variable_frame_rate_excludes_a_fixed_one(api: httpx.Client) -> None:
    variable = without(essence(new(), vfr=True), "frame_rate")

    assert put(api, variable).status_code == 201
    assert flow_of(api, variable)["essence_parameters"]["vfr"] is True
    refused(api, essence(new(), vfr=True, frame_rate=RATE), "must not have frame_rate")


@pytest.mark.parametrize("init_segments", [True, False])
def test_FLW_22_a_multi_flow_may_have_a_container_and_all_that_goes_with_it(
    api: httpx.Client, init_segments: bool
) -> None:
    more = {
        "codec": "video/mp2t",
        "container": "video/mp2t",
        "avg_bit_rate": 5000,
        "segment_duration": {"numerator": 2, "denominator": 1},
        "container_mapping": {"track_index": 0},
        "essence_parameters": {"init_segments": init_segments},
    }
    body = multi(**more)

    assert put(api, body).status_code == 201
    assert more.items() <= flow_of(api, body).items()


def test_FLW_23_the_id_of_the_body_is_that_of_the_path(api: httpx.Client, make: Maker) -> None:
    flow, body = make.flow(), new(label="x")

    for path in (str(uuid4()), flow["id"]):
        response = api.put(f"/flows/{path}", json=body)
        assert response.status_code == 400
        assert response.json()["summary"].startswith("id")

    assert api.get(f"/flows/{body['id']}").status_code == 404
    assert flow_of(api, flow) == flow


@pytest.mark.parametrize("packing", ["YUYV", "UYVY", "AYUV", "v210", "v216"])
def test_FLW_41_packed_yuv_video_tells_its_chroma_subsampling(
    api: httpx.Client, packing: str
) -> None:
    raw = new(codec="video/raw")
    body = essence(raw, bit_depth=8, unc_parameters={"unc_type": packing})
    chroma = {"horiz_chroma_subs": 2, "vert_chroma_subs": 1}

    for name, value in chroma.items():
        refused(api, essence(body, **{name: value}), "chroma_subs")
    assert put(api, essence(body, **chroma)).status_code == 201


@pytest.mark.parametrize("body", [new(codec="video/raw"), audio(codec="audio/x-raw-int")])
def test_FLW_41_a_layout_without_its_type_is_none(api: httpx.Client, body: Json) -> None:
    refused(api, essence(body, bit_depth=8, unc_parameters={}), "unc_type")
