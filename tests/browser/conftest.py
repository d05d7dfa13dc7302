"""A browser with a player in it. It runs where Chromium and the players are installed, and always in CI."""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.players import FOLDER, missing

_PAGE = Path(__file__).with_name("player.html")
_CHROMIUM = shutil.which("chromium")
_PATIENCE_MS = 120_000
"""A busy machine plays slowly, and is right all the same."""


def _absent() -> str | None:
    return missing() if _CHROMIUM else "chromium is not installed"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Not for the session: while it runs, no other test of the process could run an event loop."""
    if (reason := _absent()) is not None:
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required"]
        running = playwright.chromium.launch(executable_path=_CHROMIUM, args=options)
        yield running
        running.close()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of the page with the players, as a web application would serve it."""
    folder = tmp_path_factory.mktemp("site")
    for each in FOLDER.glob("*.js"):
        shutil.copy(each, folder)
    shutil.copy(_PAGE, folder)

    class Handler(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=folder)) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/{_PAGE.name}"
        server.shutdown()


@pytest.fixture
def player(browser: Browser, site: str) -> Iterator[Page]:
    page = browser.new_page()
    page.set_default_timeout(_PATIENCE_MS)
    page.goto(site)
    yield page
    page.close()


Load = Callable[[str, str], None]


@pytest.fixture
def load(player: Page) -> Load:
    """Load a list, named by its URL, with `Hls` or `Shaka`, until there is a picture."""

    def loaded(by: str, url: str) -> None:
        player.evaluate(f"url => loadWith{by}(url)", url)

    return loaded
