"""What a player shows, and where it finds that."""

from collections.abc import Sequence
from typing import Any

import httpx
from playwright.sync_api import Page

from tests.e2e.playing import BITS, FPS
from tests.long_form import SOAK

EVERY = 10
"""So many frames apart, where nothing is cut, the short form looks."""


def assert_shown(player: Page, wanted: Sequence[int]) -> None:
    """The frames spell these numbers, from the first on.

    Each costs a seek. The short form looks at the ends, at both sides of each cut, and at some between.
    """
    places = range(len(wanted)) if SOAK else _telling(wanted)
    found = numbers_at(player, places)
    assert found == [wanted[each] for each in places]


def _telling(wanted: Sequence[int]) -> list[int]:
    cuts = {at for at in range(1, len(wanted)) if wanted[at] != wanted[at - 1] + 1}
    ends = {0, len(wanted), *cuts}
    near = {place for at in ends for place in range(at - 2, at + 2)}
    return sorted((near | set(range(0, len(wanted), EVERY))) & set(range(len(wanted))))


def url_of(api: httpx.Client, flow: dict[str, Any], name: str) -> str:
    """By a token, as a player is given it."""
    answer = api.post("/playback/tokens", json={"flow_id": flow["id"]})
    assert answer.status_code == 201, answer.text
    return str(answer.json()[name])


def numbers_at(player: Page, frames: Sequence[int]) -> list[int]:
    """What these frames spell, each looked for by a seek to its middle, and another than the one before."""
    times = [(each + 0.5) / FPS for each in frames]
    player.evaluate("frames([1], 1)")  # or the first that is shown could be that of loading
    found: list[int] = player.evaluate("([times, bits]) => frames(times, bits)", [times, BITS])
    return found
