"""FLW-32…41: the metadata of Flows, value by value."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.builders import a_multi_flow_body, a_video_flow_body, an_audio_flow_body
from tests.contract.steps import Json, flow_of, put
from tests.maker import Maker

SMALL = {"frame_width": 64, "frame_height": 64, "frame_rate": {"numerator": 25}}


def new(**fields: Any) -> Json:
    """The body of a video Flow with ids of its own."""
    return a_video_flow_body(id=str(uuid4()), source_id=str(uuid4()), **fields)


def version(api: httpx.Client, flow: Json) -> str:
    return str(flow_of(api, flow)["metadata_version"])


def test_FLW_32_a_new_flow_has_the_version_its_client_gave_or_one_of_ours(
    api: httpx.Client, make: Maker
) -> None:
    assert make.flow(metadata_version="abc")["metadata_version"] == "abc"
    assert make.flow()["metadata_version"] != make.flow()["metadata_version"]


def test_FLW_33_a_change_without_a_version_of_its_own_gets_a_new_one(
    api: httpx.Client, make: Maker
) -> None:
    flow = make.flow(metadata_version="abc")

    put(api, flow, label="x")
    second = version(api, flow)
    put(api, flow, label="y", metadata_version=None)
    third = version(api, flow)

    assert len({"abc", second, third}) == 3


def test_FLW_34_the_version_follows_metadata_and_not_segments(
    api: httpx.Client, make: Maker
) -> None:
    flow = make.flow()
    versions = [version(api, flow)]

    for path, value in (("label", "x"), ("tags/a", "b"), ("max_bit_rate", 5), ("read_only", False)):
        assert api.put(f"/flows/{flow['id']}/{path}", json=value).status_code == 204
        versions.append(version(api, flow))
    make.segments(flow["id"], 1)
    api.delete(f"/flows/{flow['id']}/segments")

    assert len(set(versions)) == len(versions)
    assert version(api, flow) == versions[-1]


def test_FLW_35_a_status_is_set_with_the_flow_and_stops_nobody_from_writing(
    api: httpx.Client, make: Maker
) -> None:
    flow = make.flow(status="closed_complete")

    make.segments(flow["id"], 1)

    assert flow_of(api, flow)["status"] == "closed_complete"
    assert put(api, flow, status="ingesting").status_code == 204
    assert flow_of(api, flow)["status"] == "ingesting"
    assert put(api, flow, status="closed").status_code == 400
    assert api.put(f"/flows/{flow['id']}/status", json="ingesting").status_code == 404


@pytest.mark.parametrize("name", ["generation", "max_bit_rate", "avg_bit_rate"])
def test_FLW_36_generations_and_bit_rates_are_whole_numbers_from_zero(
    api: httpx.Client, name: str
) -> None:
    body = new()

    for good in (0, 1, 2**40):
        assert put(api, body, **{name: good}).is_success
        assert flow_of(api, body)[name] == good
    wrong: list[Any] = [-1, 1.5, "1", True, [1]]
    for bad in wrong:
        assert put(api, body, **{name: bad}).status_code == 400, bad


def test_FLW_37_a_segment_duration_is_a_fraction_above_zero(api: httpx.Client) -> None:
    body = new()

    for good in ({"numerator": 2}, {"numerator": 1001, "denominator": 500}):
        assert put(api, body, segment_duration=good).is_success
        read = flow_of(api, body)["segment_duration"]
        assert {"denominator": 1, **good} == {"denominator": 1, **read}
    wrong: list[Any] = [
        {},
        {"numerator": 0},
        {"numerator": 1, "denominator": 0},
        {"denominator": 1},
        2,
    ]
    for bad in wrong:
        assert put(api, body, segment_duration=bad).status_code == 400, bad


@pytest.mark.parametrize("name", ["codec", "container"])
def test_FLW_38_codecs_and_containers_have_one_slash_and_no_spaces(
    api: httpx.Client, name: str
) -> None:
    body = new()

    assert put(api, body, **{name: "video/x-own+thing"}).is_success
    for bad in ("video", "video/a/b", "video/ h264", "", "/"):
        assert put(api, body, **{name: bad}).status_code == 400, bad


def test_FLW_39_a_member_of_a_multiplexed_flow_may_do_without_a_container(
    api: httpx.Client, make: Maker
) -> None:
    without, having = make.flow(container=None), make.flow()

    items = [{"id": without["id"]}, {"id": having["id"]}]
    multi = make.flow(a_multi_flow_body, container="video/mp2t", flow_collection=items)

    make.segments(multi["id"], 1)
    assert "container" not in without
    assert having["container"] == "video/mp2t"


def test_FLW_40_mistakes_are_mended_but_a_format_stays(api: httpx.Client, make: Maker) -> None:
    flow = make.flow()
    mended = {
        "source_id": str(uuid4()),
        "codec": "video/h265",
        "container": "video/mp4",
        "generation": 2,
        "essence_parameters": {**flow["essence_parameters"], "frame_width": 1920},
    }

    assert put(api, flow, **mended).status_code == 204
    assert mended.items() <= flow_of(api, flow).items()
    other = an_audio_flow_body(id=flow["id"], source_id=str(uuid4()))
    assert put(api, other).status_code == 400
    assert flow_of(api, flow)["format"] == flow["format"]


@pytest.mark.parametrize(
    ("codec", "parameters", "status"),
    [
        ("video/raw", {"bit_depth": 10, "unc_parameters": {"unc_type": "RGB"}}, 201),
        ("video/raw", {"unc_parameters": {"unc_type": "RGB"}}, 400),
        ("video/raw", {"bit_depth": 10}, 400),
        ("video/raw", {"bit_depth": 10, "unc_parameters": {"unc_type": "v210"}}, 400),
        ("video/raw", {"bit_depth": 10, "unc_parameters": {"unc_type": "YUV"}}, 400),
    ],
)
def test_FLW_41_raw_video_needs_its_layout(
    api: httpx.Client, codec: str, parameters: Json, status: int
) -> None:
    body = new(codec=codec)
    body["essence_parameters"] |= parameters

    assert put(api, body).status_code == status


@pytest.mark.parametrize(
    ("codec", "parameters", "status"),
    [
        ("audio/x-raw-int", {"bit_depth": 24, "unc_parameters": {"unc_type": "interleaved"}}, 201),
        ("audio/x-raw-int", {"unc_parameters": {"unc_type": "interleaved"}}, 400),
        ("audio/x-raw-int", {"bit_depth": 24}, 400),
        ("audio/x-raw-float", {"bit_depth": 32, "unc_parameters": {"unc_type": "planar"}}, 201),
        ("audio/x-raw-float", {"bit_depth": 64, "unc_parameters": {"unc_type": "planar"}}, 201),
        ("audio/x-raw-float", {"bit_depth": 24, "unc_parameters": {"unc_type": "planar"}}, 400),
        ("audio/x-raw-float", {"bit_depth": 32}, 400),
    ],
)
def test_FLW_41_raw_audio_needs_its_layout(
    api: httpx.Client, codec: str, parameters: Json, status: int
) -> None:
    body = an_audio_flow_body(id=str(uuid4()), source_id=str(uuid4()), codec=codec)
    body["essence_parameters"] |= parameters

    assert put(api, body).status_code == status
