"""What a player shows, and where it finds that."""

from typing import Any

import httpx
from playwright.sync_api import Page

from tests.e2e.playing import BITS, FPS


def numbers(player: Page, count: int) -> list[int]:
    """What the frames of the first `count` spell, each looked at in its middle."""
    times = [(index + 0.5) / FPS for index in range(count)]
    player.evaluate("frames([1], 1)")  # another, so that the first is new
    found: list[int] = player.evaluate("([times, bits]) => frames(times, bits)", [times, BITS])
    return found


def url_of(api: httpx.Client, flow: dict[str, Any], name: str) -> str:
    """By a token, as a player is given it."""
    answer = api.post("/playback/tokens", json={"flow_id": flow["id"]})
    assert answer.status_code == 201, answer.text
    return str(answer.json()[name])


def numbers_at(player: Page, frames: list[int]) -> list[int]:
    """The same, of frames that are looked for by seeking, each another than the one before."""
    times = [(each + 0.5) / FPS for each in frames]
    player.evaluate("frames([1], 1)")  # or the first that is shown could be that of loading
    found: list[int] = player.evaluate("([times, bits]) => frames(times, bits)", [times, BITS])
    return found
