"""Thumbnails of real media show the frame that is on show, and say why where there is none."""

import math
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from local.stack import Stack
from tests.builders import a_multi_flow_body, an_audio_flow_body
from tests.contract.steps import segment, signed_by_client, stamp, uploaded
from tests.e2e.media import needs_ffmpeg
from tests.e2e.pictures import mean_colour, number_in, size_of, thumbnail
from tests.e2e.playing import (
    AAC,
    FPS,
    H264,
    PICTURE,
    TS_LEAD,
    VP9,
    Cut,
    Use,
    add_uses,
    cut,
    flow_of,
    numbered_frames,
    tone,
    whole,
)
from tests.maker import Maker
from tests.media_server import media_server

pytestmark = [needs_ffmpeg, pytest.mark.timeout(600)]

B_FRAMES = [*H264, "-bf", "3"]
REORDERED_LEAD = TS_LEAD + 2 / FPS
"""FFmpeg delays what it has to put in order."""


@pytest.fixture(scope="module")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Cut:
    folder = tmp_path_factory.mktemp("media") / "picture"
    return cut([*numbered_frames(6), *B_FRAMES], folder, cmaf=False)


@pytest.fixture(scope="module")
def vp9(tmp_path_factory: pytest.TempPathFactory) -> Cut:
    folder = tmp_path_factory.mktemp("media") / "vp9"
    return cut([*numbered_frames(4), *VP9], folder, cmaf=True)


@pytest.fixture
def flow(api: httpx.Client, picture: Cut) -> dict[str, Any]:
    return flow_of(api, picture, whole(picture), REORDERED_LEAD)


def test_the_frame_on_show_is_shown_and_not_the_next_key_frame(
    api: httpx.Client, flow: dict[str, Any]
) -> None:
    path = f"/flows/{flow['id']}"

    for at in (0, 0.039, 0.04, 1, 1.5, 1.999, 2, 3.97, 5.96):
        shown = number_in(thumbnail(api, path, at=stamp(at)))
        # A frame that begins within half a millisecond is on show.
        assert shown == math.floor((at + 0.0005) * FPS), at
    assert number_in(thumbnail(api, path)) == 0


def test_frames_of_cmaf_need_its_initialisation(api: httpx.Client, vp9: Cut) -> None:
    flow = flow_of(api, vp9, whole(vp9, start=-2), codec="video/vp9")

    for at, frame in (
        ("-2:0", 0),
        ("-1:0", 25),
        ("-0:40000000", 49),
        ("0:0", 50),
        ("1:20000000", 75),
    ):
        assert number_in(thumbnail(api, f"/flows/{flow['id']}", at=at)) == frame, at
    assert number_in(thumbnail(api, f"/sources/{flow['source_id']}")) == 0


def test_a_flow_that_shows_part_of_an_object_shows_its_own_frames(
    api: httpx.Client, picture: Cut
) -> None:
    edit = [Use(1, 0, 0.48, 1.48), Use(0, 1, 1)]
    flow = flow_of(api, picture, edit, REORDERED_LEAD)
    path = f"/flows/{flow['id']}"

    shown = [number_in(thumbnail(api, path, at=stamp(at))) for at in (0, 0.5, 0.96, 1, 1.52)]

    assert shown == [62, 74, 86, 25, 38]


def test_media_that_counts_from_another_time_starts_where_its_object_does(
    api: httpx.Client, picture: Cut
) -> None:
    """As MPEG-TS must, which cannot count the seconds since 1970."""
    flow = Maker(api).flow(essence_parameters={**PICTURE})
    (object_id,) = uploaded(api, flow, content=picture.objects[1].read_bytes())
    start = 1_700_000_000
    posted = api.post(f"/flows/{flow['id']}/segments", json=segment(object_id, start, start + 2))
    assert posted.status_code == 201

    for at, frame in ((0, 50), (1, 75), (1.96, 99)):
        path = f"/flows/{flow['id']}"
        assert number_in(thumbnail(api, path, at=stamp(start + at))) == frame


def test_a_gap_shows_nothing_and_names_what_is_near(api: httpx.Client, picture: Cut) -> None:
    first, _, third = whole(picture)
    flow = flow_of(api, picture, [first, third], REORDERED_LEAD)

    for at, near in (
        ("3:0", "[0:0_2:0) and [4:0_6:0)"),
        ("2:0", "[0:0_2:0) and [4:0_6:0)"),
        ("-1:0", "[0:0_2:0)"),
        ("7:0", "[4:0_6:0)"),
    ):
        answer = api.get(f"/flows/{flow['id']}/thumbnail", params={"at": at})
        assert answer.status_code == 404
        assert f"no media at this instant; the nearest is at {near}" in answer.json()["summary"]


def test_it_is_as_wide_as_asked_but_no_wider_than_the_picture(
    api: httpx.Client, flow: dict[str, Any]
) -> None:
    path = f"/flows/{flow['id']}"

    assert size_of(thumbnail(api, path)) == (320, 40)
    assert size_of(thumbnail(api, path, width=64)) == (64, 8)
    assert size_of(thumbnail(api, path, width=1280)) == (512, 64)
    for width in ("15", "1281", "x"):
        assert api.get(f"{path}/thumbnail", params={"width": width}).status_code == 400


def test_pixels_that_are_not_square_are_made_so_and_colours_are_kept(
    api: httpx.Client, tmp_path: Path
) -> None:
    graph = "color=0xC04020:size=720x576:rate=25,setsar=16/11"
    arguments = ["-f", "lavfi", "-t", "1", "-i", graph, *H264]
    media = cut(arguments, tmp_path / "wide", cmaf=False)
    flow = flow_of(api, media, whole(media), TS_LEAD)

    made = thumbnail(api, f"/flows/{flow['id']}", width=524)

    assert size_of(made) == (524, 288)
    assert mean_colour(made) == pytest.approx((0xC0, 0x40, 0x20), abs=6)


def test_what_is_made_once_is_found_again_by_everyone(
    api: httpx.Client, flow: dict[str, Any], stack: Stack, picture: Cut
) -> None:
    asked = {"at": "1:0", "width": "100"}
    place = api.get(f"/flows/{flow['id']}/thumbnail", params=asked).headers["Location"]
    url = place.partition("?")[0]
    headers = signed_by_client(stack, "PUT", url, {}, b"put in its place")
    assert httpx.put(url, headers=headers, content=b"put in its place").status_code == 200
    (listed, *_) = api.get(f"/flows/{flow['id']}/segments").json()
    other = Maker(api).flow(essence_parameters=PICTURE)
    reused = {"object_id": listed["object_id"], "timerange": "[10:0_12:0)"}
    offset = stamp(10 - REORDERED_LEAD)
    posted = api.post(f"/flows/{other['id']}/segments", json={**reused, "ts_offset": offset})
    assert posted.status_code == 201, posted.text

    for at, each in (("1:0", flow), ("11:0", other)):
        answer = api.get(f"/flows/{each['id']}/thumbnail", params={**asked, "at": at})
        assert httpx.get(answer.headers["Location"]).content == b"put in its place"


def test_many_who_ask_at_once_get_the_same_bytes(api: httpx.Client, flow: dict[str, Any]) -> None:
    path = f"/flows/{flow['id']}"

    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda _: thumbnail(api, path, at="3:0"), range(8)))

    assert len(set(made)) == 1
    assert number_in(made[0]) == 75


def test_a_collection_and_a_source_show_their_picture(
    api: httpx.Client, flow: dict[str, Any]
) -> None:
    sound = Maker(api).flow(an_audio_flow_body)
    Maker(api).segments(sound["id"], 2)
    members = [{"id": sound["id"], "role": "audio"}, {"id": flow["id"], "role": "video"}]
    both = Maker(api).flow(a_multi_flow_body, flow_collection=members)

    for path in (
        f"/flows/{both['id']}",
        f"/sources/{both['source_id']}",
        f"/sources/{flow['source_id']}",
    ):
        assert number_in(thumbnail(api, path, at="2:0")) == 50
    for path in (f"/flows/{sound['id']}", f"/sources/{sound['source_id']}"):
        answer = api.get(f"{path}/thumbnail")
        assert answer.status_code == 400
        assert "has audio, and only video has frames" in answer.json()["summary"]


def test_a_multiplex_shows_its_picture(api: httpx.Client, tmp_path: Path) -> None:
    arguments = [*numbered_frames(2), *tone(2), *B_FRAMES, *AAC]
    media = cut(arguments, tmp_path / "both", cmaf=False)
    flow = Maker(api).flow(a_multi_flow_body, container="video/mp2t")
    add_uses(api, flow, media, whole(media), REORDERED_LEAD)

    for at, frame in ((0, 0), (1, 25), (1.96, 49)):
        for path in (f"/flows/{flow['id']}", f"/sources/{flow['source_id']}"):
            assert number_in(thumbnail(api, path, at=stamp(at))) == frame


def test_media_at_a_clients_url_is_shown_while_it_can_be_fetched(
    api: httpx.Client, picture: Cut
) -> None:
    flow = Maker(api).flow(essence_parameters=PICTURE)
    path, object_id = f"/flows/{flow['id']}", str(uuid4())
    with media_server(picture.objects[0].read_bytes(), redirects=1) as url:
        urls = [{"label": "mine", "url": url}]
        posted = api.post(f"{path}/segments", json=segment(object_id, 0, 2, get_urls=urls))
        assert posted.status_code == 201, posted.text
        assert number_in(thumbnail(api, path, at="1:0")) == 25

    assert number_in(thumbnail(api, path, at="1:0")) == 25, "it is kept"
    answer = api.get(f"{path}/thumbnail", params={"at": "1:500000000"})
    assert answer.status_code == 404
    assert object_id in answer.json()["summary"]


def lists_another_file(folder: Path) -> bytes:
    (folder / "secret").write_bytes(b"secret")
    return f"#EXTM3U\n#EXTINF:2,\nfile://{folder}/secret\n".encode()


@pytest.mark.parametrize("kind", ["noise", "empty", "text", "list", "cut off"])
def test_an_object_that_cannot_be_read_is_named(
    api: httpx.Client, kind: str, picture: Cut, tmp_path: Path
) -> None:
    content = {
        "noise": bytes(range(256)) * 500,
        "empty": b"",
        "text": b"this is not media",
        "list": lists_another_file(tmp_path),
        "cut off": picture.objects[0].read_bytes()[:376],
    }[kind]
    flow = Maker(api).flow(essence_parameters=PICTURE)
    (object_id,) = uploaded(api, flow, content=content)
    assert api.post(f"/flows/{flow['id']}/segments", json=segment(object_id, 0, 2)).is_success

    answer = api.get(f"/flows/{flow['id']}/thumbnail")

    assert answer.status_code == 422
    assert answer.json()["type"] == "UndecodableMedia"
    assert object_id in answer.json()["summary"]


def test_a_codec_without_a_decoder_is_named(api: httpx.Client, vp9: Cut) -> None:
    assert vp9.init is not None
    flow = Maker(api).flow(essence_parameters={**PICTURE, "init_segments": True})
    init = vp9.init.read_bytes().replace(b"vp09", b"zzzz")
    (init_id,) = uploaded(api, flow, content=init)
    (object_id,) = uploaded(api, flow, content=vp9.objects[0].read_bytes())
    post = segment(object_id, 0, 2, init_object_id=init_id)
    assert api.post(f"/flows/{flow['id']}/segments", json=post).is_success

    answer = api.get(f"/flows/{flow['id']}/thumbnail")

    assert answer.status_code == 422
    assert "(codec): no decoder is available for its codec" in answer.json()["summary"]


def test_an_object_without_bytes_shows_nothing_yet(api: httpx.Client) -> None:
    flow = Maker(api).flow()
    body = {"limit": 1}
    (stored,) = api.post(f"/flows/{flow['id']}/storage", json=body).json()["media_objects"]
    posted = api.post(f"/flows/{flow['id']}/segments", json=segment(stored["object_id"], 0, 2))
    assert posted.status_code == 201

    answer = api.get(f"/flows/{flow['id']}/thumbnail")

    assert answer.status_code == 404
    assert "has no bytes yet" in answer.json()["summary"]


def test_what_is_deleted_is_not_shown_again(api: httpx.Client, flow: dict[str, Any]) -> None:
    path = f"/flows/{flow['id']}"
    thumbnail(api, path)

    assert api.delete(path).status_code in {202, 204}

    assert api.get(f"{path}/thumbnail").status_code == 404
