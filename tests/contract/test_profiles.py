"""PRF: Profiles, and Flows that are linked to them."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from tests.builders import a_multi_flow_body, a_video_flow_body, an_audio_flow_body
from tests.contract.steps import Json, flow_of, put
from tests.maker import Maker, all_pages

COMMON = {"id", "source_id"}


def technical(body: Json, **fields: Any) -> Json:
    """The technical part of a Flow's body."""
    return {**{name: value for name, value in body.items() if name not in COMMON}, **fields}


VIDEO = technical(a_video_flow_body(), avg_bit_rate=5000)
UHD = technical(a_video_flow_body(codec="video/h265"))


def post(api: httpx.Client, body: Json, profile_id: str | None = None) -> httpx.Response:
    return api.post(f"/service/profiles/{profile_id or body['id']}", json=body)


def profile(api: httpx.Client, **fields: Any) -> Json:
    response = post(api, {"id": str(uuid4()), "flow_metadata": VIDEO, **fields})
    assert response.status_code == 201, response.text
    created: Json = response.json()
    return created


@pytest.fixture
def linked(api: httpx.Client) -> Json:
    """The body of a Flow that is linked to a profile of its own."""
    body = {"id": str(uuid4()), "source_id": str(uuid4()), "profile_id": profile(api)["id"]}
    assert put(api, body).status_code == 201
    return body


def test_PRF_1_a_profile_is_made_by_a_post_to_its_own_path(api: httpx.Client) -> None:
    body = {"id": str(uuid4()), "flow_metadata": VIDEO, "label": "HD"}

    response = post(api, body)

    assert response.status_code == 201
    assert body.items() <= response.json().items()
    assert api.get(f"/service/profiles/{body['id']}").json() == response.json()
    assert api.post("/service/profiles", json=body).status_code == 405
    assert api.put(f"/service/profiles/{uuid4()}", json=body).status_code == 405


def test_PRF_2_a_profile_that_exists_is_not_made_again(api: httpx.Client) -> None:
    body = {"id": str(uuid4()), "flow_metadata": VIDEO}
    first = post(api, body)

    assert post(api, body).status_code == 400
    assert post(api, {**body, "label": "other"}).status_code == 400
    assert api.get(f"/service/profiles/{body['id']}").json() == first.json()


def test_PRF_3_an_impossible_id_in_the_path_is_not_found(api: httpx.Client) -> None:
    body = {"id": "x", "flow_metadata": VIDEO}

    nil, version_7 = str(UUID(int=0)), "0190b6a0-5a4e-7c3a-9d2e-3f1b2c4d5e6f"
    for bad in ("x", str(uuid4()).upper(), nil, version_7):
        assert post(api, {**body, "id": bad}).status_code == 404
    assert post(api, {**body, "id": str(uuid4())}, str(uuid4())).status_code == 400


def test_PRF_4_a_profile_has_an_id_and_flow_metadata_and_may_have_more(
    api: httpx.Client,
) -> None:
    whole = {
        "id": str(uuid4()),
        "flow_metadata": VIDEO,
        "label": "HD",
        "description": "H.264 in MPEG-TS",
        "tags": {"house": ["a", "b"]},
    }

    for name in ("id", "flow_metadata"):
        left = {key: value for key, value in whole.items() if key != name}
        assert post(api, left, str(whole["id"])).status_code == 400
    assert whole.items() <= post(api, whole).json().items()


def test_PRF_5_flow_metadata_is_the_technical_part_of_one_format(api: httpx.Client) -> None:
    audio = technical(an_audio_flow_body(), segment_duration={"numerator": 2, "denominator": 1})
    more = technical(a_video_flow_body(), container_mapping={"track_index": 0})
    size = {"frame_width": 1, "frame_height": 1}
    image = {**VIDEO, "format": "urn:x-tam:format:image", "essence_parameters": size}
    data = {**VIDEO, "format": "urn:x-nmos:format:data", "essence_parameters": {}}

    for good in (VIDEO, audio, more, image, data):
        assert profile(api, flow_metadata=good)["flow_metadata"] == good
    for bad in (
        technical(a_multi_flow_body()),
        {**VIDEO, "max_bit_rate": 5},
        {**VIDEO, "format": "urn:x-nmos:format:audio"},
        {**image, "max_bit_rate": 5},
        {**data, "essence_parameters": None},
        {name: value for name, value in VIDEO.items() if name != "codec"},
        {},
    ):
        assert post(api, {"id": str(uuid4()), "flow_metadata": bad}).status_code == 400, bad


def test_PRF_6_the_date_of_creation_is_the_services(api: httpx.Client) -> None:
    made = profile(api, created="2001-01-01T00:00:00Z", created_by="alice")

    assert made["created"] > "2020"
    assert "created_by" not in made, "an open service knows nobody, and believes nobody"


def test_PRF_7_a_profile_never_changes(api: httpx.Client) -> None:
    """It can be deleted, though (an extension)."""
    path = f"/service/profiles/{profile(api, tags={'a': 'b'})['id']}"

    for method in ("PUT", "PATCH"):
        assert api.request(method, path, json={}).status_code == 405
    for method in ("GET", "PUT", "DELETE"):
        assert api.request(method, f"{path}/tags/a", json="c").status_code == 404


def test_PRF_8_profiles_are_listed_by_format_codec_and_label(api: httpx.Client) -> None:
    label = str(uuid4())
    video, uhd = (profile(api, label=label, flow_metadata=each) for each in (VIDEO, UHD))
    audio = profile(api, label=label, flow_metadata=technical(an_audio_flow_body()))

    def found(**query: str) -> set[str]:
        pages = all_pages(api, "/service/profiles", label=label, limit=1, **query)
        return {each["id"] for page in pages for each in page}

    assert found() == {video["id"], uhd["id"], audio["id"]}
    assert found(format="urn:x-nmos:format:video") == {video["id"], uhd["id"]}
    assert found(format="urn:x-nmos:format:video", codec="video/h265") == {uhd["id"]}
    for query in ({"format": "video"}, {"codec": "video"}, {"limit": "x"}, {"tag.a": "x"}):
        assert api.get("/service/profiles", params=query).status_code == 400


def test_PRF_10_a_profile_is_found_by_its_id(api: httpx.Client) -> None:
    made = profile(api)
    path = f"/service/profiles/{made['id']}"

    assert api.get(path).json() == made
    assert api.head(path).status_code == 200
    for unknown in (uuid4(), "x"):
        assert api.get(f"/service/profiles/{unknown}").status_code == 404
        assert api.head(f"/service/profiles/{unknown}").status_code == 404


def test_PRF_11_a_linked_flow_has_what_its_profile_says(api: httpx.Client, linked: Json) -> None:
    read = flow_of(api, linked)

    assert {**linked, **VIDEO}.items() <= read.items()


def test_PRF_12_an_unknown_profile_is_refused(api: httpx.Client, linked: Json) -> None:
    new = {**linked, "id": str(uuid4()), "profile_id": str(uuid4())}

    assert put(api, new).status_code == 400
    assert put(api, linked, profile_id=str(uuid4())).status_code == 400
    assert put(api, linked, profile_id="x").status_code == 400
    assert flow_of(api, linked)["profile_id"] == linked["profile_id"]


@pytest.mark.parametrize("name", sorted({*VIDEO, "segment_duration", "container_mapping"}))
def test_PRF_13_a_link_and_anything_technical_exclude_each_other(
    api: httpx.Client, linked: Json, name: str
) -> None:
    more = {"segment_duration": {"numerator": 1}, "container_mapping": {"track_index": 0}}

    response = put(api, linked, **{name: {**VIDEO, **more}[name]})

    assert response.status_code == 400
    assert name in response.json()["summary"]


def test_PRF_14_what_is_not_technical_changes_as_ever(
    api: httpx.Client, make: Maker, linked: Json
) -> None:
    common = {
        "label": "x",
        "description": "y",
        "tags": {"a": "b"},
        "max_bit_rate": 6000,
        "status": "ingesting",
        "generation": 2,
        "flow_collection": [{"id": make.flow()["id"]}],
    }

    assert put(api, linked, **common).status_code == 204
    assert common.items() <= flow_of(api, linked).items()
    assert api.put(f"/flows/{linked['id']}/label", json="z").status_code == 204
    assert flow_of(api, linked)["profile_id"] == linked["profile_id"]


def test_PRF_15_what_comes_from_the_profile_is_not_changed_beside_it(
    api: httpx.Client, linked: Json
) -> None:
    response = api.put(f"/flows/{linked['id']}/avg_bit_rate", json=1)

    assert response.status_code == 400
    assert "Profile" in response.json()["summary"]
    assert flow_of(api, linked)["avg_bit_rate"] == VIDEO["avg_bit_rate"]


def test_PRF_16_an_empty_profile_id_with_a_whole_description_unlinks(
    api: httpx.Client, linked: Json
) -> None:
    assert put(api, linked, **{**UHD, "profile_id": ""}).status_code == 204

    read = flow_of(api, linked)
    assert UHD.items() <= read.items()
    assert "profile_id" not in read
    assert "avg_bit_rate" not in read
    assert api.get("/flows", params={"profile_id": linked["profile_id"]}).json() == []


def test_PRF_20_another_profile_brings_its_own_description(api: httpx.Client, linked: Json) -> None:
    other = profile(api, flow_metadata=UHD)

    assert put(api, linked, profile_id=other["id"]).status_code == 204

    read = flow_of(api, linked)
    assert (read["profile_id"], read["codec"]) == (other["id"], "video/h265")
    assert "avg_bit_rate" not in read


def test_PRF_21_a_profile_has_the_id_its_client_chose(api: httpx.Client) -> None:
    chosen = "6f1c2c64-6f0e-4a37-8a0f-" + uuid4().hex[:12]

    assert post(api, {"id": chosen, "flow_metadata": VIDEO}).json()["id"] == chosen
