"""Media is fetched from where a client's store redirects us; a nonsensical redirect counts as its fault."""

from ipaddress import ip_network

import pytest

from tams.errors import BackendUnavailableError
from tams.outbound.download import Downloader
from tams.outbound.targets import TargetPolicy
from tests.media_server import media_server

DOWNLOADER = Downloader(TargetPolicy((ip_network("127.0.0.0/8"),)), 20, "test")


def fetched(url: str) -> bytes:
    with DOWNLOADER(url) as body:
        return body.read()


@pytest.mark.parametrize(
    "path", ["/é/1", "/%C3%A9/1", "/Ã©/1"], ids=["Latin-1", "encoded", "UTF-8"]
)
def test_a_redirect_may_lead_beyond_ascii(path: str) -> None:
    with media_server(b"media", redirects=1, to=path) as url:
        assert fetched(url) == b"media"


def test_so_may_the_url() -> None:
    with media_server(b"media") as url:
        assert fetched(url.replace("/media/", "/日本/")) == b"media"


@pytest.mark.parametrize(
    "location",
    [
        "http://[x/",
        "//[::1",
        "http://[::1]evil.example.com/",
        "http://127.0.0.1:99999/",
        "http://127.0.0.1:x/",
        "http://\xe9.example.com/",
        "/\x01",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "http://user@127.0.0.1/",
    ],
)
def test_a_redirect_to_nonsense_is_the_stores_failure(location: str) -> None:
    with (
        media_server(b"media", redirects=1, to=location) as url,
        pytest.raises(BackendUnavailableError, match="the Object's URL"),
    ):
        fetched(url)
