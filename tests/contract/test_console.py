"""/console: the web console's files, as a browser asks for them (an extension)."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest

from local.stack import Stack

FIRST_LOAD_BYTES_MAX = 120_000


@pytest.fixture
def browser(stack: Stack) -> Iterator[httpx.Client]:
    """Without credentials, and without the BBC's file, which has no console."""
    with httpx.Client(base_url=stack.api_url, headers={"Accept-Encoding": "gzip"}) as it:
        yield it


def policy(page: httpx.Response) -> dict[str, list[str]]:
    rules = page.headers["content-security-policy"].split("; ")
    return {rule.split()[0]: rule.split()[1:] for rule in rules}


def files_of(browser: httpx.Client, address: str) -> list[str]:
    """What a page names, as the browser would ask for it."""
    page = browser.get(address)
    return [str(page.url.join(found)) for found in re.findall(r'(?:src|href)="([^"]+)"', page.text)]


@pytest.mark.parametrize("address", ["/console", "/console/", "/console/index.html"])
def test_the_page_and_all_that_it_names_are_there(browser: httpx.Client, address: str) -> None:
    page = browser.get(address, follow_redirects=True)
    files = files_of(browser, str(page.url))

    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert len(files) >= 3
    for each in files:
        assert browser.get(each).status_code == 200, each


def test_files_are_kept_for_ever_and_the_page_is_asked_for_again(browser: httpx.Client) -> None:
    page = browser.get("/console")
    again = browser.get("/console", headers={"If-None-Match": page.headers["etag"]})

    assert page.headers["cache-control"] == "no-cache"
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["content-security-policy"] == page.headers["content-security-policy"]
    for each in files_of(browser, "/console"):
        file = browser.get(each)
        assert file.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert browser.get(each, headers={"If-None-Match": file.headers["etag"]}).status_code == 304


def test_files_leave_as_the_client_takes_them(browser: httpx.Client) -> None:
    (script,) = (each for each in files_of(browser, "/console") if each.endswith(".js"))

    packed = browser.get(script)
    plain = browser.get(script, headers={"Accept-Encoding": "identity"})
    head = browser.head(script)

    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content
    assert packed.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == packed.headers["etag"]


def test_the_first_load_is_small(browser: httpx.Client) -> None:
    asked = ["/console", *files_of(browser, "/console")]

    size = sum(browser.get(each).num_bytes_downloaded for each in asked)

    assert 10_000 < size < FIRST_LOAD_BYTES_MAX


def test_the_page_may_load_nothing_but_its_own_and_the_media(
    browser: httpx.Client, api: httpx.Client, stack: Stack
) -> None:
    rules = policy(browser.get("/console"))
    storage = urlsplit(stack.config.s3_public_url)
    origin = f"{storage.scheme}://{storage.netloc}"

    assert rules["default-src"] == ["'none'"]
    assert rules["script-src"] == rules["style-src"] == ["'self'"]
    assert rules["connect-src"] == ["'self'", origin]
    assert set(rules["media-src"]) == {"'self'", "blob:", origin}
    assert rules["frame-ancestors"] == ["'none'"]
    assert "unsafe" not in str(rules)


def test_what_is_not_there_gets_a_404_in_words(browser: httpx.Client) -> None:
    for name in ("console-0000.js", "..%2Fapp.py", "index.html.gz"):
        answer = browser.get(f"/console/{name}")

        assert answer.status_code == 404, name
        assert answer.json()["type"] == "NotFound"
    assert "load /console again" in browser.get("/console/console-0000.js").json()["summary"]


def test_other_methods_are_told_which_there_are(browser: httpx.Client) -> None:
    answer = browser.post("/console")

    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"
