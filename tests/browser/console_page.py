"""The console as its reader uses it: by names, keys and what is to be seen."""

from collections.abc import Callable
from functools import cache
from typing import Any

from playwright.sync_api import Locator, Page, expect

from cli.clip import RATE, drawn
from tests.browser.players import FOLDER

_GLYPHS, _PLACES_X, _PLACES_Y = 11, 5, 7
_SCALE = 7
_LEFT = 60 + (520 - _GLYPHS * 6 * _SCALE) // 2
_TOP = 130 + (100 - _PLACES_Y * _SCALE) // 2
POINTS = [
    (_LEFT + (6 * glyph + x) * _SCALE + 3, _TOP + y * _SCALE + 3)
    for glyph in range(_GLYPHS)
    for y in range(_PLACES_Y)
    for x in range(_PLACES_X)
]
"""The middle of each place of the timecode that `tams demo` writes into its picture."""

_LOOK = """(points) => {
  const video = document.querySelector("video");
  const canvas = document.createElement("canvas");
  canvas.width = 640;
  canvas.height = 360;
  const context = canvas.getContext("2d");
  context.drawImage(video, 0, 0, 640, 360);
  const { data } = context.getImageData(0, 0, 640, 360);
  return points.map(([x, y]) => data[(y * 640 + x) * 4] > 127);
}"""
_AXE = """() => axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) => violations
  .filter((each) => ["serious", "critical"].includes(each.impact))
  .map((each) => `${each.id}: ${each.nodes.map((node) => node.target.join(" ")).slice(0, 3).join(", ")}`))"""


@cache
def _spelt() -> dict[tuple[bool, ...], int]:
    """What each frame of the first ten seconds looks like at those points."""
    return {_at_points(drawn(number)): number for number in range(10 * RATE)}


def _at_points(pixels: Any) -> tuple[bool, ...]:
    return tuple(bool(pixels[y, x, 0] > 127) for x, y in POINTS)


class ConsolePage:
    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url

    def open(self, place: str) -> None:
        self.page.goto(f"{self.url}/console#/{place}")

    def sign_in(self, token: str) -> None:
        self.page.get_by_label("Access token").fill(token)
        self.page.get_by_role("button", name="Sign in").click()

    @property
    def playhead(self) -> Locator:
        return self.page.get_by_role("slider", name="Playhead")

    def instant(self) -> int:
        """Nanoseconds: where the playhead is."""
        text = str(self.playhead.get_attribute("data-playhead"))
        seconds, nanoseconds = map(int, text.split(":"))
        return seconds * 10**9 + nanoseconds

    def frame(self) -> int | None:
        """The number of the frame on show, as its picture spells it; None between two."""
        return _spelt().get(tuple(self.page.evaluate(_LOOK, POINTS)))

    def shows(self, number: int) -> None:
        """Waits until this frame is on show."""
        self.eventually(lambda: self.frame() == number, f"frame {number}", self.frame)

    def is_at(self, number: int) -> None:
        """Waits until the playhead is at the beginning of a frame."""
        expect(self.playhead).to_have_attribute("data-playhead", stamp(number))

    def loaded(self) -> None:
        """Waits until there is a picture."""
        expect(self.page.get_by_text("Plays by")).to_be_visible()
        self.eventually(lambda: self.frame() is not None, "a picture", self.frame)

    def press(self, *keys: str) -> None:
        for each in keys:
            self.page.keyboard.press(each)

    def eventually(
        self, holds: Callable[[], bool], what: str, seen: Callable[[], object], tries: int = 600
    ) -> None:
        for _ in range(tries):
            if holds():
                return
            self.page.wait_for_timeout(100)
        raise AssertionError(f"not {what}, but {seen()}")

    def serious_faults(self) -> list[str]:
        """What keeps people from using the view, as axe finds it."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate((FOLDER / "axe.js").read_text())
        found: list[str] = self.page.evaluate(_AXE)
        return found


def stamp(number: int) -> str:
    """When a frame of the clip begins, as TAMS writes it."""
    seconds, nanoseconds = divmod(number * 10**9 // RATE, 10**9)
    return f"{seconds}:{nanoseconds}"
