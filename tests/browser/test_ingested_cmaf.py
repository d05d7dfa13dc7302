"""Players in a browser play what the command stores in CMAF: to the end, each frame at its time."""

from pathlib import Path

import pytest
from playwright.sync_api import Page

from local.stack import Stack
from tests.browser.conftest import Load
from tests.browser.seeing import assert_shown
from tests.cli.command import flow, ingest, tams
from tests.e2e.media import make_media, needs_ffmpeg
from tests.e2e.playing import AAC, FPS, H264, OPUS, VP9, numbered_frames, tone

pytestmark = [needs_ffmpeg, pytest.mark.timeout(600)]

SECONDS = 4
AV1 = ["-c:v", "libaom-av1", "-cpu-used", "8", "-g", "50", "-pix_fmt", "yuv420p"]
B_FRAMES = [*H264, "-bf", "2"]
FLAC = ["-c:a", "flac"]
KINDS = {
    "vp9-opus.webm": [*VP9, *OPUS],
    "av1-flac.mkv": [*AV1, *FLAC],
    "h264-aac.mp4": [*B_FRAMES, *AAC],
    "h264-aac.mkv": [*B_FRAMES, *AAC],
}


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize(("by", "more"), [("Hls", ()), ("Shaka", ("--dash",))])
def test_every_frame_is_shown_at_its_time(
    stack: Stack,
    player: Page,
    load: Load,
    tmp_path: Path,
    name: str,
    by: str,
    more: tuple[str, ...],
) -> None:
    made = [*numbered_frames(SECONDS), *tone(SECONDS), *KINDS[name]]
    outcome = ingest(stack, make_media(made, tmp_path / name), "--container", "cmaf")
    stored = [flow(stack, each) for each in outcome["flow_ids"].values()]
    assert {each["container"] for each in stored} == {"video/iso.segment", "audio/iso.segment"}

    load(by, tams(stack, "play", outcome["multi_flow_id"], *more).strip())

    assert player.evaluate("video.duration") == pytest.approx(SECONDS, abs=0.1)
    assert_shown(player, range(SECONDS * FPS))
    player.evaluate("video.currentTime = 0")
    played = player.evaluate("playToTheEnd()")
    assert played["seconds"] == pytest.approx(SECONDS, abs=0.1)
    assert played["faults"] == []


@pytest.mark.parametrize("sound", [OPUS, FLAC])
@pytest.mark.parametrize(("by", "more"), [("Hls", ()), ("Shaka", ("--dash",))])
def test_sound_alone_plays_to_the_end(
    stack: Stack,
    player: Page,
    load: Load,
    tmp_path: Path,
    sound: list[str],
    by: str,
    more: tuple[str, ...],
) -> None:
    file = make_media([*tone(SECONDS), *sound], tmp_path / "sound.mka")
    (flow_id,) = ingest(stack, file)["flow_ids"].values()

    load(by, tams(stack, "play", flow_id, *more).strip())
    played = player.evaluate("playToTheEnd()")

    assert played["seconds"] == pytest.approx(SECONDS, abs=0.1)
    assert played["faults"] == []
