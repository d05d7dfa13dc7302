"""Players in a browser play the lists: to their end, and frame by frame what the Flow shows."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page

from local.stack import Stack
from tests.browser.conftest import Load
from tests.browser.seeing import assert_shown, url_of
from tests.builders import a_multi_flow_body
from tests.cli.command import ingest, tams
from tests.contract.steps import put, segments_of
from tests.e2e.media import make_media, needs_ffmpeg
from tests.e2e.playing import (
    AAC,
    BITS,
    FPS,
    H264,
    OPUS,
    PICTURE,
    TS_LEAD,
    VP9,
    Cut,
    Use,
    add_uses,
    cut,
    flow_of,
    numbered_frames,
    picture_and_sound,
    tone,
    whole,
)

pytestmark = [needs_ffmpeg, pytest.mark.timeout(600)]

CMAF: dict[str, Any] = {"container": "video/iso.segment"}


@pytest.fixture(scope="module")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Cut:
    """H.264 in CMAF."""
    folder = tmp_path_factory.mktemp("media") / "picture"
    return cut([*numbered_frames(8), *H264], folder, cmaf=True)


def test_hls_js_plays_h264_and_aac_in_ts_to_the_end(
    api: httpx.Client, player: Page, load: Load, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("media") / "both"
    both = cut([*numbered_frames(4), *tone(4), *H264, *AAC], folder, cmaf=False)
    flow = flow_of(
        api,
        both,
        whole(both),
        TS_LEAD,
        body=a_multi_flow_body,
        container="video/mp2t",
        essence_parameters={},
    )

    load("Hls", url_of(api, flow, "hls"))
    played = player.evaluate("playToTheEnd()")

    assert played["seconds"] == pytest.approx(4, abs=0.1)
    assert played["faults"] == []


@pytest.mark.parametrize(("by", "name"), [("Hls", "hls"), ("Shaka", "dash")])
def test_vp9_and_opus_in_cmaf_play_to_the_end(
    api: httpx.Client,
    player: Page,
    load: Load,
    tmp_path_factory: pytest.TempPathFactory,
    by: str,
    name: str,
) -> None:
    folder = tmp_path_factory.mktemp("media")
    seen = cut([*numbered_frames(4), *VP9], folder / "vp9", cmaf=True)
    heard = cut([*tone(4), *OPUS], folder / "opus", cmaf=True)
    both = picture_and_sound(api, seen, heard, ("video/vp9", "audio/opus"))

    load(by, url_of(api, both, name))
    played = player.evaluate("playToTheEnd()")

    assert played["seconds"] == pytest.approx(4, abs=0.1)
    assert played["faults"] == []


@pytest.mark.parametrize(("by", "more"), [("Hls", ()), ("Shaka", ("--dash",))])
def test_a_file_that_the_command_ingests_plays_to_the_end(
    stack: Stack,
    player: Page,
    load: Load,
    tmp_path: Path,
    by: str,
    more: tuple[str, ...],
) -> None:
    file = make_media([*numbered_frames(4), *tone(4), *H264, *AAC], tmp_path / "clip.mp4")
    flow_id = ingest(stack, file)["multi_flow_id"]

    load(by, tams(stack, "play", flow_id, *more).strip())
    played = player.evaluate("playToTheEnd()")

    # hls.js reports an append of sound without progress, and goes on.
    assert played["seconds"] == pytest.approx(4, abs=0.1)


def test_an_edit_of_part_of_an_object_is_exact_by_dash(
    api: httpx.Client, player: Page, load: Load, picture: Cut
) -> None:
    edit = [Use(0, 0), Use(1, 2, 0, 1), Use(2, 3)]
    flow = flow_of(api, picture, edit, essence_parameters=PICTURE, **CMAF)
    document = api.get(f"/flows/{flow['id']}/dash.mpd")
    assert document.headers["X-TAMS-Exact"] == "true"

    load("Shaka", url_of(api, flow, "dash"))

    assert player.evaluate("video.duration") == pytest.approx(125 / FPS, abs=0.5 / FPS)
    assert_shown(player, [*range(75), *range(100, 150)])


def test_the_same_edit_by_hls_shows_whole_objects_at_first(
    api: httpx.Client, player: Page, load: Load, picture: Cut
) -> None:
    edit = [Use(0, 0), Use(1, 2, 0, 1), Use(2, 3)]
    flow = flow_of(api, picture, edit, essence_parameters=PICTURE, **CMAF)

    load("Hls", url_of(api, flow, "hls"))  # the first list: parts are not rendered yet

    assert player.evaluate("video.duration") == pytest.approx(150 / FPS, abs=0.05)


@pytest.mark.parametrize(("by", "name"), [("Hls", "hls"), ("Shaka", "dash")])
def test_a_gap_of_two_seconds_lasts_two_seconds(
    api: httpx.Client, player: Page, load: Load, picture: Cut, by: str, name: str
) -> None:
    first, _, third, _ = whole(picture)
    flow = flow_of(api, picture, [first, third], essence_parameters=PICTURE, **CMAF)

    load(by, url_of(api, flow, name))

    assert player.evaluate("video.duration") == pytest.approx(6, abs=0.05)
    player.evaluate("frames([1], 1)")
    found = player.evaluate(
        "([times, bits]) => frames(times, bits)", [[0.02, 1.98, 4.02, 5.98], BITS]
    )
    assert found == [0, 49, 100, 149]


def test_a_player_follows_a_flow_while_it_is_ingested(
    api: httpx.Client, player: Page, load: Load, picture: Cut
) -> None:
    first, second, third, fourth = whole(picture)
    flow = flow_of(
        api, picture, [first, second], essence_parameters=PICTURE, status="ingesting", **CMAF
    )
    load("Hls", url_of(api, flow, "hls"))
    assert player.evaluate("hls.latestLevelDetails.live") is True

    (listed, _) = segments_of(api, flow)
    init_id = listed["init_object"]["object_id"]
    add_uses(api, flow, picture, [third, fourth], init_id=init_id)
    assert put(api, flow, status="closed_complete").status_code == 204
    player.wait_for_function("video.duration > 7.9 && Number.isFinite(video.duration)")

    assert_shown(player, range(8 * FPS))


def test_a_player_follows_a_dash_document_while_a_flow_is_ingested(
    api: httpx.Client, player: Page, load: Load, picture: Cut
) -> None:
    first, second, third, fourth = whole(picture)
    flow = flow_of(
        api, picture, [first, second], essence_parameters=PICTURE, status="ingesting", **CMAF
    )
    load("Shaka", url_of(api, flow, "dash"))
    assert player.evaluate("shakaPlayer.isLive()") is True

    (listed, _) = segments_of(api, flow)
    init_id = listed["init_object"]["object_id"]
    add_uses(api, flow, picture, [third, fourth], init_id=init_id)
    assert put(api, flow, status="closed_complete").status_code == 204
    player.wait_for_function("!shakaPlayer.isLive() && shakaPlayer.seekRange().end > 7.9")

    assert_shown(player, range(8 * FPS))


def test_a_page_shows_a_thumbnail_by_a_token(player: Page, api: httpx.Client, picture: Cut) -> None:
    flow = flow_of(api, picture, whole(picture), essence_parameters=PICTURE, **CMAF)
    given = api.post("/playback/tokens", json={"source_id": flow["source_id"]}).json()

    size = player.evaluate(
        "async (url) => { const it = new Image(); it.src = url; await it.decode();"
        " return [it.naturalWidth, it.naturalHeight]; }",
        f"{given['thumbnail']}?at=3:0&width=256",
    )

    assert size == [256, 32]
