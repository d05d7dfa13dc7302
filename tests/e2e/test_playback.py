"""FFmpeg plays what the service lists, and finds every frame of it."""

import subprocess
from itertools import pairwise
from typing import Any

import httpx
import pytest

from tests.builders import a_multi_flow_body, an_audio_flow_body
from tests.e2e.media import needs_ffmpeg
from tests.e2e.playing import (
    AAC,
    FPS,
    H264,
    PICTURE,
    SOUND,
    TS_LEAD,
    Cut,
    Use,
    cut,
    flow_of,
    numbered_frames,
    tone,
    whole,
)
from tests.maker import Maker

pytestmark = [needs_ffmpeg, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Cut:
    folder = tmp_path_factory.mktemp("media") / "picture"
    return cut([*numbered_frames(8), *H264], folder, cmaf=False)


@pytest.fixture(scope="module")
def cmaf_picture(tmp_path_factory: pytest.TempPathFactory) -> Cut:
    folder = tmp_path_factory.mktemp("media") / "cmaf"
    return cut([*numbered_frames(8), *H264], folder, cmaf=True)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Cut:
    folder = tmp_path_factory.mktemp("media") / "sound"
    return cut([*tone(8), *AAC], folder, cmaf=True)


def frame_seconds(url: str, stream: str = "v:0") -> list[float]:
    """When each frame is shown, as FFmpeg reads the list."""
    command = ["ffprobe", "-v", "error", "-select_streams", stream, "-show_entries"]
    command += ["frame=pts_time", "-of", "csv=p=0", url]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    lines = [line.strip(",") for line in done.stdout.splitlines()]
    return [float(line) for line in lines if line and line != "N/A"]


def list_of(api: httpx.Client, flow: dict[str, Any], name: str = "hls.m3u8", **query: str) -> str:
    # FFmpeg's reader of DASH holds no address that is much longer than that of the document.
    padding = {"_": "x" * 500} if name.endswith(".mpd") else {}
    answer = api.get(f"/flows/{flow['id']}/{name}", params={**query, **padding})
    assert answer.status_code == 200, answer.text
    return str(answer.url)


@pytest.mark.parametrize("name", ["hls.m3u8", "dash.mpd"])
def test_every_frame_of_cmaf_is_there(api: httpx.Client, cmaf_picture: Cut, name: str) -> None:
    flow = flow_of(
        api,
        cmaf_picture,
        whole(cmaf_picture),
        container="video/iso.segment",
        essence_parameters=PICTURE,
    )

    shown = frame_seconds(list_of(api, flow, name))

    assert len(shown) == 8 * FPS
    assert shown == sorted(shown)


def test_every_frame_of_a_transport_stream_is_there(api: httpx.Client, picture: Cut) -> None:
    flow = flow_of(api, picture, whole(picture), TS_LEAD, essence_parameters=PICTURE)

    assert len(frame_seconds(list_of(api, flow))) == 8 * FPS
    assert len(frame_seconds(list_of(api, flow, timerange="[2:0_6:0)"))) == 4 * FPS


def test_a_gap_of_two_seconds_lasts_two_seconds(api: httpx.Client, picture: Cut) -> None:
    first, _, third, _ = whole(picture)
    flow = flow_of(api, picture, [first, third], TS_LEAD, essence_parameters=PICTURE)

    shown = frame_seconds(list_of(api, flow))

    assert len(shown) == 4 * FPS
    longest = max(after - before for before, after in pairwise(shown))
    assert longest == pytest.approx(2 + 1 / FPS, abs=0.01)


def test_hls_plays_objects_whole_while_what_a_flow_shows_is_rendered(
    api: httpx.Client, picture: Cut
) -> None:
    edit = [Use(0, 0), Use(1, 2, 0, 1), Use(2, 3)]
    flow = flow_of(api, picture, edit, TS_LEAD, essence_parameters=PICTURE)
    answer = api.get(f"/flows/{flow['id']}/hls.m3u8")

    assert answer.headers["X-TAMS-Exact"] == 'false; because="cut rendering"'
    assert len(frame_seconds(str(answer.url))) == 150


def test_a_collection_plays_picture_and_sound(
    api: httpx.Client, cmaf_picture: Cut, sound: Cut
) -> None:
    seen = flow_of(
        api,
        cmaf_picture,
        whole(cmaf_picture),
        container="video/iso.segment",
        essence_parameters=PICTURE,
    )
    heard = flow_of(
        api,
        sound,
        whole(sound),
        body=an_audio_flow_body,
        container="audio/iso.segment",
        essence_parameters=SOUND,
    )
    members = [{"id": seen["id"], "role": "video"}, {"id": heard["id"], "role": "audio"}]
    both = Maker(api).flow(a_multi_flow_body, flow_collection=members)

    for name in ("hls.m3u8", "dash.mpd"):
        url = list_of(api, both, name)
        assert len(frame_seconds(url)) == 8 * FPS
        assert len(frame_seconds(url, "a:0")) == pytest.approx(8 * 48_000 / 1_024, abs=3)
