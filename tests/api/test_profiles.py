"""Profiles, and the Flows that take their technical description from one."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.api.maker import Maker, all_pages
from tests.builders import a_video_flow_body, an_audio_flow_body
from tests.official_schemas import OfficialSchemas

TECHNICAL = ("format", "codec", "container", "essence_parameters")


def technical_of(flow: dict[str, Any]) -> dict[str, Any]:
    return {name: flow[name] for name in TECHNICAL if name in flow}


def without_technical(flow: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in flow.items() if name not in TECHNICAL}


def a_profile(api: httpx.Client, **fields: Any) -> dict[str, Any]:
    metadata = fields.pop("flow_metadata", technical_of(a_video_flow_body()))
    profile = {"id": str(uuid4()), "flow_metadata": metadata, **fields}
    response = api.post(f"/service/profiles/{profile['id']}", json=profile)
    assert response.status_code == 201, response.text
    created: dict[str, Any] = response.json()
    return created


def put(api: httpx.Client, flow: dict[str, Any], **fields: Any) -> httpx.Response:
    return api.put(f"/flows/{flow['id']}", json={**flow, **fields})


def ids() -> dict[str, str]:
    return {"id": str(uuid4()), "source_id": str(uuid4())}


def test_a_profile_is_created_once_and_never_changes(
    api: httpx.Client, schemas: OfficialSchemas
) -> None:
    profile = a_profile(api, label="HD", tags={"a": ["b"]})

    schemas.check("profile.json", profile)
    path = f"/service/profiles/{profile['id']}"
    assert api.get(path).json() == profile
    again = api.post(path, json=profile)
    assert again.status_code == 400
    assert "exists" in again.json()["summary"]
    assert api.put(path, json=profile).status_code == 405
    assert api.delete(path).status_code == 405
    assert api.get(f"/service/profiles/{uuid4()}").status_code == 404
    assert api.get("/service/profiles/x").status_code == 404


@pytest.mark.parametrize(
    "flow_metadata",
    [
        {},
        {"format": "urn:x-nmos:format:multi"},
        technical_of(a_video_flow_body()) | {"max_bit_rate": 1},
        technical_of(a_video_flow_body()) | {"essence_parameters": {}},
    ],
)
def test_a_profile_needs_one_whole_technical_description(
    api: httpx.Client, flow_metadata: dict[str, Any]
) -> None:
    profile = {"id": str(uuid4()), "flow_metadata": flow_metadata}

    assert api.post(f"/service/profiles/{profile['id']}", json=profile).status_code == 400
    assert api.get(f"/service/profiles/{profile['id']}").status_code == 404


def test_profiles_are_listed_by_what_they_describe(api: httpx.Client) -> None:
    label = str(uuid4())
    video = sorted(a_profile(api, label=label)["id"] for _ in range(3))
    audio = a_profile(api, label=label, flow_metadata=technical_of(an_audio_flow_body()))["id"]

    def found(**parameters: Any) -> list[str]:
        pages = all_pages(api, "/service/profiles", label=label, limit=2, **parameters)
        return [each["id"] for page in pages for each in page]

    assert found() == sorted([*video, audio])
    assert found(format="urn:x-nmos:format:video") == video
    assert found(codec="audio/aac") == [audio]
    assert found(format="urn:x-nmos:format:multi") == []
    headers = api.get("/service/profiles", params={"label": label}).headers
    assert "X-Paging-Limit" in headers
    assert "X-Paging-Count" not in headers


def test_a_linked_flow_has_the_technical_description_of_its_profile(
    api: httpx.Client, schemas: OfficialSchemas
) -> None:
    profile = a_profile(api)
    flow = ids()

    created = put(api, flow, profile_id=profile["id"], label="Cam")

    assert created.status_code == 201, created.text
    schemas.check("flow-get.json", created.json())
    shown = api.get(f"/flows/{flow['id']}").json()
    assert shown["profile_id"] == profile["id"]
    assert technical_of(shown) == profile["flow_metadata"]
    listed = api.get("/flows", params={"profile_id": profile["id"]}).json()
    assert [each["id"] for each in listed] == [flow["id"]]


def test_what_a_profile_gives_cannot_be_given_beside_it(api: httpx.Client) -> None:
    profile = a_profile(api)
    for name in TECHNICAL:
        field = {name: a_video_flow_body()[name]}
        response = put(api, ids(), profile_id=profile["id"], **field)
        assert response.status_code == 400
        assert name in response.json()["summary"]
    assert put(api, ids(), profile_id=str(uuid4())).status_code == 400
    assert put(api, ids(), profile_id="x").status_code == 400


def test_a_linked_flow_is_unlinked_only_with_a_description_of_its_own(
    api: httpx.Client, make: Maker
) -> None:
    profile, flow = a_profile(api), ids()
    own = technical_of(a_video_flow_body(codec="video/h265"))
    assert put(api, flow, profile_id=profile["id"]).status_code == 201
    path = f"/flows/{flow['id']}"

    assert put(api, flow, **own).status_code == 400
    assert api.put(f"{path}/avg_bit_rate", json=1).status_code == 400
    assert api.delete(f"{path}/avg_bit_rate").status_code == 400
    assert api.put(f"{path}/max_bit_rate", json=1).status_code == 204
    assert put(api, flow, profile_id="").status_code == 400
    assert put(api, flow, **profile["flow_metadata"]).status_code == 204
    assert api.get(path).json()["profile_id"] == profile["id"]

    assert put(api, flow, profile_id="", **own).status_code == 204
    assert "profile_id" not in api.get(path).json()
    assert api.get(path).json()["codec"] == "video/h265"
    assert api.get("/flows", params={"profile_id": profile["id"]}).json() == []
    assert put(api, flow, profile_id=profile["id"]).status_code == 204
    assert api.get(path).json()["codec"] == "video/h264"
