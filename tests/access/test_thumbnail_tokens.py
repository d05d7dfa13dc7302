"""Thumbnails by token: within what it opens, and nothing else."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from local.stack import Stack
from tests.access.conftest import ADMIN, Api
from tests.access.steps import add, make, registered
from tests.access.test_playback_tokens import token_for
from tests.cli import made_media
from tests.contract.steps import segment, uploaded


@pytest.fixture(scope="module")
def robot_flow(
    guarded: Stack, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[httpx.Client, dict[str, Any]]]:
    """Two seconds of media at the tenth second of a Flow, and a client that may do everything."""
    file = tmp_path_factory.mktemp("media") / "two.ts"
    content = made_media.make(file, video="mpeg2video").read_bytes()
    with httpx.Client(base_url=guarded.api_url, headers=ADMIN, timeout=120) as api:
        flow = make(api)
        (object_id,) = uploaded(api, flow, content=content)
        answer = api.post(f"/flows/{flow['id']}/segments", json=segment(object_id, 10, 12))
        assert answer.status_code == 201, answer.text
        yield api, flow


def test_a_token_opens_thumbnails_within_its_timerange(
    client: httpx.Client, robot_flow: tuple[httpx.Client, dict[str, Any]]
) -> None:
    robot, flow = robot_flow
    for opened in ({"flow_id": flow["id"]}, {"source_id": flow["source_id"]}):
        url = token_for(robot, timerange="[11:0_12:0)", **opened)["thumbnail"]

        first, later = client.get(url), client.get(url, params={"at": "11:500000000"})

        assert (first.status_code, later.status_code) == (307, 307)
        for each in (first, later):
            assert httpx.get(each.headers["Location"]).content.startswith(b"\xff\xd8\xff")
        assert "/11000-320.jpg" in first.headers["Location"], "the first frame that it opens"
        for outside in ("10:0", "12:0"):
            answer = client.get(url, params={"at": outside})
            assert answer.status_code == 403
            assert "gives access only to [11:0_12:0)" in answer.json()["summary"]


def test_a_token_opens_no_thumbnail_of_anything_else(
    client: httpx.Client, robot_flow: tuple[httpx.Client, dict[str, Any]]
) -> None:
    robot, flow = robot_flow
    other = make(robot)
    registered(robot, other)
    url = token_for(robot, flow_id=flow["id"])["thumbnail"]

    for path in (f"flows/{other['id']}", f"sources/{flow['source_id']}"):
        asked = url.replace(f"flows/{flow['id']}", path)
        assert client.get(asked).status_code == 403
    assert client.get(f"/flows/{flow['id']}/thumbnail").status_code == 401
    assert client.get(f"/playback/x/flows/{flow['id']}/thumbnail").status_code == 403


def test_thumbnails_are_for_those_who_may_read_the_flow(sport: Api, both: Api) -> None:
    seen, hidden = make(both, "sport"), make(both, "news")
    for each in (seen, hidden):
        registered(both, each)

    assert sport.get(f"/flows/{seen['id']}/thumbnail").status_code == 422, "its bytes are no media"
    assert sport.get(f"/flows/{hidden['id']}/thumbnail").status_code == 404
    assert sport.get(f"/sources/{hidden['source_id']}/thumbnail").status_code == 404


def test_another_flow_of_a_source_that_one_may_not_read_is_not_shown(sport: Api, both: Api) -> None:
    source_id = str(uuid4())
    seen = make(both, "news", "sport", source_id=source_id)
    hidden = make(both, "news", source_id=source_id)
    registered(both, seen)
    add(both, hidden, 5, registered(both, hidden))

    assert sport.get(f"/sources/{source_id}/thumbnail?at=0:0").status_code == 422
    assert sport.get(f"/sources/{source_id}/thumbnail?at=5:0").status_code == 404
