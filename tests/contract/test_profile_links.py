"""PRF-9…19, where test_profiles.py does not cover them: what linking a Flow to a Profile means."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.builders import a_multi_flow_body, a_video_flow_body, an_audio_flow_body
from tests.contract.steps import Json, added, flow_of, put, segment
from tests.maker import Maker

SHARED = {
    "container": "video/mp2t",
    "avg_bit_rate": 5000,
    "segment_duration": {"numerator": 2, "denominator": 1},
    "container_mapping": {"track_index": 1},
}
VIDEO: Json = {**a_video_flow_body(), **SHARED}
DATA = {"format": "urn:x-nmos:format:data", "codec": "text/plain", "essence_parameters": {}}
IMAGE = {
    "format": "urn:x-tam:format:image",
    "codec": "image/jpeg",
    "essence_parameters": {"frame_width": 640, "frame_height": 360},
}
OTHER: Json = {
    "codec": "video/h265",
    "container": "video/mp4",
    "avg_bit_rate": 1,
    "segment_duration": {"numerator": 4, "denominator": 1},
    "container_mapping": {"track_index": 0},
    "essence_parameters": {**VIDEO["essence_parameters"], "frame_width": 1920},
}
"""For each technical field of VIDEO but its format, another value."""


def technical(body: Json, **fields: Any) -> Json:
    """What a Profile can say of a Flow; None leaves a field out."""
    said = {**body, **fields}
    return {k: v for k, v in said.items() if k not in {"id", "source_id"} and v is not None}


def profile(api: httpx.Client, metadata: Json) -> str:
    """The id of a new Profile."""
    body = {"id": str(uuid4()), "flow_metadata": metadata}
    response = api.post(f"/service/profiles/{body['id']}", json=body)
    assert response.status_code == 201, response.text
    return str(body["id"])


def new(**fields: Any) -> Json:
    """The body of a Flow with ids of its own and nothing technical."""
    return {"id": str(uuid4()), "source_id": str(uuid4()), **fields}


def found_by(api: httpx.Client, profile_id: str) -> list[str]:
    return [each["id"] for each in api.get("/flows", params={"profile_id": profile_id}).json()]


@pytest.fixture
def linked(api: httpx.Client) -> Json:
    """The body of a Flow that a Profile gave every technical field a video Flow can have."""
    body = new(profile_id=profile(api, technical(VIDEO)))
    assert put(api, body).status_code == 201
    return body


def test_PRF_9_no_profile_is_of_the_format_multi(api: httpx.Client, linked: Json) -> None:
    multi = {"format": a_multi_flow_body()["format"]}

    listed = api.get("/service/profiles", params=multi)
    head = api.head("/service/profiles", params=multi)

    assert listed.json() == []
    assert head.status_code == listed.status_code == 200


@pytest.mark.parametrize(
    "body", [VIDEO, an_audio_flow_body(), IMAGE, DATA], ids=lambda b: b["codec"]
)
def test_PRF_11_a_flow_of_any_one_essence_takes_it_from_a_profile(
    api: httpx.Client, body: Json
) -> None:
    metadata = technical({**body, **SHARED})
    flow = new(profile_id=profile(api, metadata))

    created = put(api, flow)

    assert created.status_code == 201
    assert {**flow, **metadata}.items() <= created.json().items()
    assert flow_of(api, flow) == created.json()
    assert api.get(f"/flows/{flow['id']}/avg_bit_rate").json() == metadata["avg_bit_rate"]
    query = {"profile_id": flow["profile_id"], "codec": metadata["codec"]}
    assert api.get("/flows", params=query).json() == [created.json()]


def test_PRF_11_media_of_a_linked_flow_has_the_container_of_the_profile(
    api: httpx.Client, linked: Json
) -> None:
    allocated = api.post(f"/flows/{linked['id']}/storage", json={"limit": 1}).json()
    (entry,) = allocated["media_objects"]

    assert entry["put_url"]["content-type"] == VIDEO["container"]
    added(api, linked, segment(entry["object_id"], 0, 1))


def test_PRF_11_a_flow_with_a_description_of_its_own_is_linked_by_a_put(
    api: httpx.Client, make: Maker, linked: Json
) -> None:
    own = make.flow(**technical(OTHER))
    flow = new(id=own["id"], source_id=own["source_id"], profile_id=linked["profile_id"])

    assert put(api, flow).status_code == 204

    assert {**flow, **technical(VIDEO)}.items() <= flow_of(api, flow).items()
    assert sorted(found_by(api, linked["profile_id"])) == sorted([flow["id"], linked["id"]])


def test_PRF_13_not_even_the_words_of_the_profile_itself_may_stand_beside_the_link(
    api: httpx.Client, linked: Json
) -> None:
    before = flow_of(api, linked)
    fresh = new(profile_id=linked["profile_id"])

    for name in technical(VIDEO):
        for flow in (linked, fresh):
            assert put(api, flow, **{name: VIDEO[name]}).status_code == 400, name
    for flow in (linked, fresh):
        assert put(api, flow, **technical(VIDEO)).status_code == 400

    assert flow_of(api, linked) == before
    assert api.get(f"/flows/{fresh['id']}").status_code == 404


def test_PRF_14_single_properties_of_a_linked_flow_change_as_ever(
    api: httpx.Client, make: Maker, linked: Json
) -> None:
    path = f"/flows/{linked['id']}"
    changes: Json = {
        "label": "x",
        "description": "y",
        "tags/team": ["a", "b"],
        "max_bit_rate": 6000,
        "flow_collection": [{"id": make.flow()["id"]}],
        "read_only": True,
    }

    for name, value in changes.items():
        assert api.put(f"{path}/{name}", json=value).status_code == 204, name
        assert api.get(f"{path}/{name}").json() == value

    read = flow_of(api, linked)
    assert {**technical(VIDEO), "profile_id": linked["profile_id"]}.items() <= read.items()


@pytest.mark.parametrize("name", OTHER)
def test_PRF_15_no_inherited_field_is_changed_by_replacing_the_flow(
    api: httpx.Client, linked: Json, name: str
) -> None:
    before = flow_of(api, linked)
    changed = technical(VIDEO, **{name: OTHER[name]})

    response = put(api, linked, **changed, profile_id=None)

    assert response.status_code == 400
    assert "Profile" in response.json()["summary"]
    assert flow_of(api, linked) == before


def test_PRF_15_the_inherited_bit_rate_is_not_taken_away(api: httpx.Client, linked: Json) -> None:
    path = f"/flows/{linked['id']}/avg_bit_rate"

    for response in (api.put(path, json=1), api.delete(path)):
        assert response.status_code == 400
        assert "Profile" in response.json()["summary"]

    assert api.get(path).json() == VIDEO["avg_bit_rate"]


def test_PRF_16_an_unlinked_flow_is_its_own_and_the_profile_stays(
    api: httpx.Client, linked: Json
) -> None:
    path = f"/service/profiles/{linked['profile_id']}"
    before = api.get(path).json()

    assert put(api, linked, **technical(VIDEO), profile_id="").status_code == 204
    assert "profile_id" not in flow_of(api, linked)
    assert technical(VIDEO).items() <= flow_of(api, linked).items()
    assert found_by(api, linked["profile_id"]) == []

    assert api.put(f"/flows/{linked['id']}/avg_bit_rate", json=1).status_code == 204
    assert put(api, linked, **technical({**VIDEO, **OTHER}), profile_id=None).status_code == 204
    assert OTHER.items() <= flow_of(api, linked).items()
    assert api.get(path).json() == before


def test_PRF_17_a_flow_is_not_unlinked_without_a_whole_description(
    api: httpx.Client, linked: Json
) -> None:
    before = flow_of(api, linked)

    for left_out in ({*technical(VIDEO)}, {"format"}, {"codec"}, {"essence_parameters"}):
        partial = {name: VIDEO[name] for name in technical(VIDEO) if name not in left_out}
        assert put(api, linked, **partial, profile_id="").status_code == 400, left_out

    assert flow_of(api, linked) == before


def test_PRF_18_a_linked_flow_as_it_is_read_is_not_put_back(
    api: httpx.Client, linked: Json
) -> None:
    before = flow_of(api, linked)

    assert put(api, before).status_code == 400
    assert flow_of(api, linked) == before


def test_PRF_19_a_description_that_changes_nothing_keeps_the_link(
    api: httpx.Client, linked: Json
) -> None:
    same = put(api, linked, **technical(VIDEO), profile_id=None, label="x")
    less = put(api, linked, **technical(VIDEO, avg_bit_rate=None), profile_id=None, label="y")

    assert (same.status_code, less.status_code) == (204, 400)
    read = flow_of(api, linked)
    assert {**linked, **technical(VIDEO), "label": "x"}.items() <= read.items()


def test_PRF_20_a_flow_that_changes_profiles_is_found_by_the_new_one_alone(
    api: httpx.Client, linked: Json
) -> None:
    bare = profile(api, technical(a_video_flow_body()))
    audio = profile(api, technical(an_audio_flow_body()))

    assert put(api, linked, profile_id=bare).status_code == 204
    assert (found_by(api, linked["profile_id"]), found_by(api, bare)) == ([], [linked["id"]])
    assert (
        not {"avg_bit_rate", "segment_duration", "container_mapping"} & flow_of(api, linked).keys()
    )

    assert put(api, linked, profile_id=audio).status_code == 400
    assert flow_of(api, linked)["profile_id"] == bare
