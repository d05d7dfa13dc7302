"""Tokens for players: what each opens, and that nothing else does."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from local.stack import Stack
from tests.access.conftest import ADMIN, Api
from tests.access.steps import make, registered
from tests.builders import a_multi_flow_body, an_audio_flow_body

Json = dict[str, Any]


def token_for(api: httpx.Client, **body: Any) -> Json:
    answer = api.post("/playback/tokens", json=body)
    assert answer.status_code == 201, answer.text
    given: Json = answer.json()
    return given


def uris(text: str) -> list[str]:
    return [line for line in text.splitlines() if line and not line.startswith("#")]


@pytest.fixture
def robot(guarded: Stack) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=guarded.api_url, headers=ADMIN, timeout=120) as it:
        yield it


@pytest.fixture
def flow(robot: httpx.Client) -> Json:
    made = make(robot)
    registered(robot, made)
    return made


def test_without_credentials_there_are_no_lists_and_no_tokens(
    client: httpx.Client, flow: Json
) -> None:
    assert client.get(f"/flows/{flow['id']}/hls.m3u8").status_code == 401
    assert client.get(f"/sources/{flow['source_id']}/dash.mpd").status_code == 401
    assert client.post("/playback/tokens", json={"flow_id": flow["id"]}).status_code == 401


def test_a_token_plays_a_flow_without_credentials(
    client: httpx.Client, robot: httpx.Client, flow: Json
) -> None:
    given = token_for(robot, flow_id=flow["id"])

    hls, dash = client.get(given["hls"]), client.get(given["dash"])

    assert (hls.status_code, dash.status_code) == (200, 200)
    (uri,) = uris(hls.text)
    assert httpx.get(uri).content == b"x"


def test_a_token_opens_nothing_else(client: httpx.Client, robot: httpx.Client, flow: Json) -> None:
    other = make(robot)
    place = token_for(robot, flow_id=flow["id"])["hls"].removesuffix(
        f"/flows/{flow['id']}/hls.m3u8"
    )

    for path in (
        f"/flows/{other['id']}/hls.m3u8",
        f"/flows/{other['id']}/dash.mpd",
        f"/sources/{flow['source_id']}/hls.m3u8",
        f"/sources/{flow['source_id']}/dash.mpd",
        "/object.ts",
    ):
        answer = client.get(f"{place}{path}")
        assert answer.status_code == 403, path
        assert "does not give access to this" in answer.json()["summary"]
    token = place.rpartition("/")[2]
    assert client.get(f"/flows/{flow['id']}?access_token={token}").status_code == 401
    for path in (f"/flows/{flow['id']}", f"/flows/{flow['id']}/segments", "", "/flows"):
        assert client.get(f"{place}{path}").status_code in {401, 403, 404}, path
    assert client.delete(f"{place}/flows/{flow['id']}/hls.m3u8").status_code == 405


@pytest.mark.parametrize("token", ["x", "a" * 60, "%00", "a.b.c"])
def test_what_is_no_token_opens_nothing(client: httpx.Client, flow: Json, token: str) -> None:
    for path in (f"flows/{flow['id']}/hls.m3u8", f"flows/{flow['id']}/dash.mpd", "object.ts"):
        answer = client.get(f"/playback/{token}/{path}")
        assert answer.status_code == 403
        assert "not valid" in answer.json()["summary"]


def test_a_timerange_of_a_token_is_all_that_it_plays(
    client: httpx.Client, robot: httpx.Client, flow: Json
) -> None:
    given = token_for(robot, flow_id=flow["id"], timerange="[5:0_9:0)")

    assert uris(client.get(given["hls"]).text) == []
    assert uris(client.get(given["hls"], params={"timerange": "_"}).text) == []


def test_a_token_of_a_collection_plays_its_members_each_by_its_own(
    client: httpx.Client, robot: httpx.Client, flow: Json
) -> None:
    sound = make(robot, **an_audio_flow_body(id=str(uuid4()), source_id=str(uuid4())))
    registered(robot, sound)
    ids = {"id": str(uuid4()), "source_id": str(uuid4())}
    members = [{"id": flow["id"], "role": "video"}, {"id": sound["id"], "role": "audio"}]
    body = a_multi_flow_body(**ids, flow_collection=members)
    assert robot.put(f"/flows/{ids['id']}", json=body).status_code == 201

    for given in (
        token_for(robot, flow_id=ids["id"]),
        token_for(robot, source_id=ids["source_id"]),
    ):
        whole = client.get(given["hls"])
        (uri,) = uris(whole.text)
        own = client.get(whole.url.join(uri))
        assert own.status_code == 200, own.text
        assert len(uris(own.text)) == 1
        assert given["token"] not in str(own.url)


def test_a_token_is_for_a_flow_or_a_source_that_its_maker_may_read(
    robot: httpx.Client, flow: Json
) -> None:
    unknown = str(uuid4())
    assert robot.post("/playback/tokens", json={"flow_id": unknown}).status_code == 404
    assert robot.post("/playback/tokens", json={"source_id": unknown}).status_code == 404
    for body in (
        {},
        {"flow_id": flow["id"], "source_id": flow["source_id"]},
        {"flow_id": "x"},
        {"flow_id": flow["id"], "expires_in": 5},
        {"flow_id": flow["id"], "expires_in": 10**9},
        {"flow_id": flow["id"], "timerange": "x"},
        {"flow_id": flow["id"], "expires": 60},
    ):
        assert robot.post("/playback/tokens", json=body).status_code == 400, body


def test_a_token_reads_what_its_maker_may_read(sport: Api, both: Api, classed: Stack) -> None:
    picture, sound = make(both, "news", "sport"), make(both, "news")
    for each in (picture, sound):
        registered(both, each)
    ids = {"id": str(uuid4()), "source_id": str(uuid4())}
    members = [{"id": picture["id"], "role": "video"}, {"id": sound["id"], "role": "second"}]
    tags = {"auth_classes": ["news", "sport"]}
    body = a_multi_flow_body(**ids, flow_collection=members, tags=tags)
    assert both.put(f"/flows/{ids['id']}", json=body).status_code == 201

    with httpx.Client(base_url=classed.api_url) as nobody:
        seen = nobody.get(token_for(sport, flow_id=ids["id"])["hls"]).text
        assert picture["id"] in seen
        assert sound["id"] not in seen
        assert sound["id"] in nobody.get(token_for(both, flow_id=ids["id"])["hls"]).text
    assert sport.post("/playback/tokens", json={"flow_id": sound["id"]}).status_code == 404
