"""Players in a browser show exactly the frames of an edit, once its parts are rendered."""

import random
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Load
from tests.browser.seeing import assert_shown, numbers_at, url_of
from tests.e2e.media import needs_ffmpeg
from tests.e2e.playing import (
    FPS,
    H264,
    PICTURE,
    TS_LEAD,
    Cut,
    Use,
    cut,
    flow_of,
    numbered_frames,
    whole,
)
from tests.e2e.rendering import exact, frames_of

pytestmark = [needs_ffmpeg, pytest.mark.timeout(900)]

PLAYERS = [("Hls", "hls"), ("Shaka", "dash")]
PART = [Use(0, 0), Use(1, 2, 0, 1), Use(2, 3)]
OFF_KEY_FRAMES = [Use(0, 0, 0.48, 1.52), Use(1, 1.04), Use(2, 3.04, 0.04, 0.2), Use(0, 3.2, 1)]
"""It goes back at the end."""
FORMS: dict[str, dict[str, Any]] = {
    "ts": {"lead": TS_LEAD, "essence_parameters": PICTURE},
    "cmaf": {"lead": 0.0, "container": "video/iso.segment", "essence_parameters": PICTURE},
}


@pytest.fixture(scope="module", params=["ts", "cmaf"])
def form(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def picture(form: str, tmp_path_factory: pytest.TempPathFactory) -> Cut:
    folder = tmp_path_factory.mktemp("media") / form
    return cut([*numbered_frames(8), *H264], folder, cmaf=form == "cmaf")


def flow_as(api: httpx.Client, form: str, media: Cut, edit: list[Use]) -> dict[str, Any]:
    given = FORMS[form]
    return flow_of(api, media, edit, **{**given, "essence_parameters": dict(PICTURE)})


@pytest.mark.parametrize(("by", "name"), PLAYERS)
@pytest.mark.parametrize("edit", [PART, OFF_KEY_FRAMES], ids=["part", "off-key-frames"])
def test_an_edit_shows_exactly_its_frames(
    api: httpx.Client,
    player: Page,
    load: Load,
    picture: Cut,
    form: str,
    by: str,
    name: str,
    edit: list[Use],
) -> None:
    flow = flow_as(api, form, picture, edit)
    url = url_of(api, flow, name)
    exact(api, url)

    load(by, url)

    wanted = frames_of(edit)
    assert player.evaluate("video.duration") == pytest.approx(len(wanted) / FPS, abs=0.5 / FPS)
    assert_shown(player, wanted)


@pytest.mark.parametrize(("by", "name"), PLAYERS)
def test_seeks_land_on_the_frame_asked_for(
    api: httpx.Client, player: Page, load: Load, picture: Cut, form: str, by: str, name: str
) -> None:
    flow = flow_as(api, form, picture, whole(picture))
    asked = random.Random(17).sample(range(26, 8 * FPS), 20)
    load(by, url_of(api, flow, name))

    assert numbers_at(player, asked) == asked


@pytest.mark.parametrize(("by", "name"), PLAYERS)
def test_seeks_in_an_edit_land_on_its_frames(
    api: httpx.Client, player: Page, load: Load, picture: Cut, form: str, by: str, name: str
) -> None:
    wanted = frames_of(OFF_KEY_FRAMES)
    flow = flow_as(api, form, picture, OFF_KEY_FRAMES)
    url = url_of(api, flow, name)
    exact(api, url)
    asked = random.Random(18).sample([*range(25), *range(26, len(wanted))], 20)
    load(by, url)

    assert numbers_at(player, asked) == [wanted[each] for each in asked]
