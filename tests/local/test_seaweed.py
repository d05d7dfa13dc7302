"""The stack on SeaweedFS: media goes up, is told, played in parts, copied, deleted, and survives a kill."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from local.errors import LocalStackError
from local.seaweed_events import object_created
from local.stack import Stack
from tests.maker import Maker
from tests.stacks import UNHURRIED
from tests.waiting import until, until_gone

Json = dict[str, Any]
CONTENT = bytes(range(256)) * 400


@pytest.fixture(scope="module")
def weed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    data = tmp_path_factory.mktemp("stack")
    with Stack(data, s3_server="seaweedfs", workers=1, env=UNHURRIED) as stack:
        yield stack


@pytest.fixture(scope="module")
def client(weed: Stack) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=weed.api_url, timeout=120) as api:
        yield api


def uploaded(api: httpx.Client, flow: Json, timerange: str, object_id: str) -> None:
    """By a presigned URL; the upload registers its Segment."""
    wanted = {"segments": [{"timerange": timerange}], "object_ids": [object_id]}
    response = api.post(f"/flows/{flow['id']}/storage", json=wanted)
    assert response.status_code == 201, response.text
    put_url = response.json()["media_objects"][0]["put_url"]
    headers = {"Content-Type": put_url["content-type"], **put_url["headers"]}
    assert httpx.put(put_url["url"], content=CONTENT, headers=headers).status_code == 200


def segments(api: httpx.Client, flow: Json) -> list[Json]:
    found: list[Json] = api.get(f"/flows/{flow['id']}/segments").json()
    return found


def test_an_upload_is_told_and_registers_its_segment_whose_media_can_be_played_in_parts(
    weed: Stack, client: httpx.Client
) -> None:
    flow = Maker(client).flow()
    uploaded(client, flow, "[0:0_1:0)", f"é/%2F+ {flow['id']}")

    until(lambda: len(segments(client, flow)) == 1)
    url = segments(client, flow)[0]["get_urls"][0]["url"]
    part = httpx.get(url, headers={"Range": "bytes=1000-1999", "Origin": "https://edit.example"})

    assert part.status_code == 206
    assert part.content == CONTENT[1000:2000]
    assert part.headers["content-range"] == f"bytes 1000-1999/{len(CONTENT)}"
    exposed = part.headers["access-control-expose-headers"].lower()
    assert {"etag", "content-range"} <= {each.strip() for each in exposed.split(",")}


def test_a_page_may_upload_with_the_signed_headers(weed: Stack, client: httpx.Client) -> None:
    flow = Maker(client).flow()
    response = client.post(
        f"/flows/{flow['id']}/storage", json={"segments": [{"timerange": "[0:0_1:0)"}]}
    )
    put_url = response.json()["media_objects"][0]["put_url"]
    asked = {
        "Origin": "https://edit.example",
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": ",".join(["content-type", *put_url["headers"]]),
    }

    answer = httpx.options(put_url["url"], headers=asked)
    without = httpx.put(put_url["url"], content=b"x", headers={"Content-Type": "video/mp2t"})

    assert answer.status_code == 200
    assert "x-amz-meta" in answer.headers["access-control-allow-headers"].lower()
    assert without.status_code == 403


def test_what_was_stored_survives_a_kill_and_is_deleted_in_the_end(
    weed: Stack, client: httpx.Client
) -> None:
    flow = Maker(client).flow()
    for number in range(20):
        uploaded(client, flow, f"[{number}:0_{number + 1}:0)", f"{flow['id']}-{number}")
    until(lambda: len(segments(client, flow)) == 20)
    weed.kill("s3")
    weed.restart("s3")

    urls = [each["get_urls"][0]["url"] for each in segments(client, flow)]
    assert all(httpx.get(url).content == CONTENT for url in urls)

    assert client.delete(f"/flows/{flow['id']}").status_code in {202, 204}
    until_gone(*urls)


def test_media_on_one_server_is_not_looked_for_on_the_other(tmp_path: Path) -> None:
    (tmp_path / "s3").mkdir()

    with pytest.raises(LocalStackError, match="TAMS_S3=rclone"):
        Stack(tmp_path, s3_server="seaweedfs", only=()).start()


@pytest.mark.parametrize(
    ("key", "entry"),
    [
        ("/buckets/media", {"is_directory": True, "attributes": {"mtime": 1}}),
        ("/buckets/media/a", {"is_directory": True, "attributes": {"mtime": 1}}),
        ("/buckets/media/.uploads/1/0001.part", {"attributes": {"mtime": 1}}),
        ("/buckets/.system/owners", {"attributes": {"mtime": 1}}),
        ("/topics/x", None),
    ],
)
def test_changes_that_write_no_object_are_no_events(key: str, entry: Json | None) -> None:
    assert object_created({"key": key, "message": {"new_entry": entry}}) is None
