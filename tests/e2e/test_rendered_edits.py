"""What a Flow shows of an Object is rendered, and then players show exactly that."""

import time
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
    VP9,
    Cut,
    Use,
    cut,
    flow_of,
    numbered_frames,
    tone,
    whole,
)
from tests.e2e.rendering import PATIENCE_SECONDS, exact, frames_of
from tests.e2e.shown import numbers_shown, samples_heard

pytestmark = [needs_ffmpeg, pytest.mark.timeout(600)]

CMAF: dict[str, Any] = {"container": "video/iso.segment", "essence_parameters": PICTURE}
TS: dict[str, Any] = {"essence_parameters": PICTURE}
OF_THE_ISSUE = [Use(0, 0), Use(1, 2, 0, 1), Use(2, 3)]
OFF_KEY_FRAMES = [Use(0, 0, 0.48, 1.52), Use(1, 1.04), Use(2, 3.04, 0.04, 0.2), Use(2, 3.2, 1)]
B_FRAMES = [*H264, "-bf", "3"]


@pytest.fixture(scope="module")
def ts(tmp_path_factory: pytest.TempPathFactory) -> Cut:
    return cut([*numbered_frames(6), *H264], tmp_path_factory.mktemp("ts") / "it", cmaf=False)


@pytest.fixture(scope="module")
def cmaf(tmp_path_factory: pytest.TempPathFactory) -> Cut:
    return cut([*numbered_frames(6), *H264], tmp_path_factory.mktemp("cmaf") / "it", cmaf=True)


@pytest.mark.parametrize("edit", [OF_THE_ISSUE, OFF_KEY_FRAMES], ids=["part", "off-key-frames"])
@pytest.mark.parametrize("kind", ["ts", "cmaf"])
def test_hls_shows_exactly_the_frames_of_an_edit(
    api: httpx.Client, request: pytest.FixtureRequest, kind: str, edit: list[Use]
) -> None:
    media, given, lead = (
        (request.getfixturevalue(kind), TS, TS_LEAD)
        if kind == "ts"
        else (request.getfixturevalue(kind), CMAF, 0.0)
    )
    flow = flow_of(api, media, edit, lead, **given)
    path = f"/flows/{flow['id']}/hls.m3u8"
    first = api.get(path)
    assert first.headers["X-TAMS-Exact"] == 'false; because="cut rendering"'
    assert "ETag" not in first.headers, "it will change"

    answer = exact(api, path)

    assert "ETag" in answer.headers
    assert numbers_shown(str(answer.url)) == frames_of(edit)


def test_dash_shows_exactly_the_frames_of_an_edit_off_key_frames(
    api: httpx.Client, cmaf: Cut
) -> None:
    flow = flow_of(api, cmaf, OFF_KEY_FRAMES, **CMAF)

    text = exact(api, f"/flows/{flow['id']}/dash.mpd").text

    assert text.count("<Period") == 4
    assert text.count("/renders/") >= 3


def test_any_stretch_is_exact(api: httpx.Client, cmaf: Cut) -> None:
    flow = flow_of(api, cmaf, whole(cmaf), **CMAF)

    answer = exact(api, f"/flows/{flow['id']}/hls.m3u8", timerange="[0:480000000_4:520000000)")

    assert numbers_shown(str(answer.url)) == list(range(12, 113))


def test_reordered_frames_and_their_sound_are_cut_together(
    api: httpx.Client, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("both") / "it"
    both = cut([*numbered_frames(6), *tone(6), *B_FRAMES, *AAC], folder, cmaf=False)
    edit = [Use(0, 0, 0.48, 1.52), Use(1, 1.04, 0.2, 2), Use(2, 2.84, 0, 1)]
    flow = flow_of(
        api,
        both,
        edit,
        TS_LEAD + 2 / FPS,
        body=a_multi_flow_body,
        container="video/mp2t",
        essence_parameters={},
    )

    answer = exact(api, f"/flows/{flow['id']}/hls.m3u8")

    assert numbers_shown(str(answer.url)) == frames_of(edit)
    # Sound is cut between its frames of 1,024 samples: at each edit, half of one more or less.
    assert samples_heard(str(answer.url)) == pytest.approx(3.84 * 48_000, abs=4 * 1_024)


def test_sound_alone_is_cut_between_its_frames(
    api: httpx.Client, tmp_path_factory: pytest.TempPathFactory
) -> None:
    sound = cut([*tone(6), *AAC], tmp_path_factory.mktemp("sound") / "it", cmaf=True)
    flow = flow_of(
        api,
        sound,
        [Use(0, 0, 0.5, 1.5), Use(1, 1, 0.25, 1.25)],
        body=an_audio_flow_body,
        container="audio/iso.segment",
        essence_parameters=SOUND,
    )

    answer = exact(api, f"/flows/{flow['id']}/hls.m3u8")

    assert samples_heard(str(answer.url)) == pytest.approx(2 * 48_000, abs=2 * 1_024)


def test_other_codecs_are_cut_at_key_frames_and_elsewhere_the_list_says_so(
    api: httpx.Client, tmp_path_factory: pytest.TempPathFactory
) -> None:
    vp9 = cut([*numbered_frames(4), *VP9], tmp_path_factory.mktemp("vp9") / "it", cmaf=True)
    at_key_frame = flow_of(api, vp9, [Use(0, 0), Use(1, 2, 0, 1)], codec="video/vp9", **CMAF)
    elsewhere = flow_of(api, vp9, [Use(0, 0, 0.4, 2), Use(1, 1.6)], codec="video/vp9", **CMAF)

    answer = exact(api, f"/flows/{at_key_frame['id']}/hls.m3u8")
    assert numbers_shown(str(answer.url)) == list(range(75))
    path, deadline = f"/flows/{elsewhere['id']}/hls.m3u8", time.monotonic() + PATIENCE_SECONDS
    while "rendering" in api.get(path, params={"wait": "20"}).headers["X-TAMS-Exact"]:
        assert time.monotonic() < deadline
    near = api.get(path)
    assert near.headers["X-TAMS-Exact"] == 'false; because="cut"'
    assert "ETag" in near.headers, "it stays as it is"


def test_a_growing_list_keeps_what_it_has_listed(api: httpx.Client, cmaf: Cut) -> None:
    flow = flow_of(api, cmaf, [Use(0, 0, 0, 1)], status="ingesting", **CMAF)

    answer = api.get(f"/flows/{flow['id']}/hls.m3u8")

    assert answer.headers["X-TAMS-Exact"] == 'false; because="cut"'
    assert "/renders/" not in answer.text


@pytest.mark.parametrize("wait", ["-1", "21", "x"])
def test_the_wait_is_bounded(api: httpx.Client, cmaf: Cut, wait: str) -> None:
    flow = flow_of(api, cmaf, [Use(0, 0)], **CMAF)

    answer = api.get(f"/flows/{flow['id']}/hls.m3u8", params={"wait": wait})

    assert answer.status_code == 400
    assert "wait" in answer.json()["summary"]
