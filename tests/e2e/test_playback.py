"""FFmpeg plays what the service lists, and finds every frame of it."""

import subprocess
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest

from local.stack import Stack
from tests.cli.command import ingest
from tests.cli.made_media import make
from tests.e2e.media import needs_ffmpeg
from tests.e2e.playing import (
    AAC,
    FPS,
    H264,
    TS_LEAD,
    Cut,
    Use,
    cut,
    flow_of,
    numbered_frames,
    picture_and_sound,
    tone,
    whole,
)

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
    command = ["ffprobe", "-v", "error", "-protocol_whitelist", "file,http,tcp"]
    command += ["-select_streams", stream, "-show_entries"]
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
    flow = flow_of(api, cmaf_picture, whole(cmaf_picture))

    shown = frame_seconds(list_of(api, flow, name))

    assert len(shown) == 8 * FPS
    assert shown == sorted(shown)


def test_every_frame_of_a_transport_stream_is_there(api: httpx.Client, picture: Cut) -> None:
    flow = flow_of(api, picture, whole(picture), TS_LEAD)

    assert len(frame_seconds(list_of(api, flow))) == 8 * FPS
    assert len(frame_seconds(list_of(api, flow, timerange="[2:0_6:0)"))) == 4 * FPS


def test_a_gap_of_two_seconds_lasts_two_seconds(api: httpx.Client, picture: Cut) -> None:
    first, _, third, _ = whole(picture)
    flow = flow_of(api, picture, [first, third], TS_LEAD)

    shown = frame_seconds(list_of(api, flow))

    assert len(shown) == 4 * FPS
    longest = max(after - before for before, after in pairwise(shown))
    assert longest == pytest.approx(2 + 1 / FPS, abs=0.01)


def test_hls_plays_objects_whole_while_what_a_flow_shows_is_rendered(
    api: httpx.Client, picture: Cut, tmp_path: Path
) -> None:
    edit = [Use(0, 0), Use(1, 2, 0, 1), Use(2, 3)]
    flow = flow_of(api, picture, edit, TS_LEAD)
    answer = api.get(f"/flows/{flow['id']}/hls.m3u8")
    listed = tmp_path / "listed.m3u8"  # asked again, the service may have rendered the part
    listed.write_text(answer.text)

    assert answer.headers["X-TAMS-Exact"] == 'false; because="cut rendering"'
    assert len(frame_seconds(str(listed))) == 150


def test_a_collection_plays_picture_and_sound(
    api: httpx.Client, cmaf_picture: Cut, sound: Cut
) -> None:
    both = picture_and_sound(api, cmaf_picture, sound)

    for name in ("hls.m3u8", "dash.mpd"):
        url = list_of(api, both, name)
        assert len(frame_seconds(url)) == 8 * FPS
        assert len(frame_seconds(url, "a:0")) == pytest.approx(8 * 48_000 / 1_024, abs=3)


@pytest.mark.parametrize("name", ["hls.m3u8", "dash.mpd"])
def test_every_frame_that_the_command_stores_in_cmaf_is_there(
    stack: Stack, api: httpx.Client, tmp_path: Path, name: str
) -> None:
    source = make(tmp_path / "in.mkv", video="libx265", seconds=4)
    (flow_id,) = ingest(stack, source, "--segment-seconds", "1")["flow_ids"].values()

    shown = frame_seconds(list_of(api, {"id": flow_id}, name))

    assert shown == pytest.approx([number / FPS for number in range(4 * FPS)], abs=0.001)


def test_a_list_names_each_initialisation_of_a_flow(
    stack: Stack, api: httpx.Client, tmp_path: Path
) -> None:
    parts = [
        make(tmp_path / f"{number}.ts", video="libx265", size=size).read_bytes()
        for number, size in enumerate([(160, 96), (320, 192)])
    ]
    source = tmp_path / "in.ts"
    source.write_bytes(b"".join(parts))
    (flow_id,) = ingest(stack, source, "--segment-seconds", "0.8")["flow_ids"].values()

    url = list_of(api, {"id": flow_id})

    text = httpx.get(url).text
    assert text.count("#EXT-X-MAP") == 2
    assert text.count("#EXT-X-DISCONTINUITY") == 1
    assert len(frame_seconds(url)) == 4 * FPS
