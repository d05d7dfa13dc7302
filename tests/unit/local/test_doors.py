"""Which names of this machine nobody can point elsewhere, and which origins belong to this machine."""

import pytest

from local.application import Cors
from local.cors import LOOPBACK_ORIGINS, CorsPolicy
from local.http_events import HttpRequest
from local.signed import is_signed_with
from local.visitors import Visitors
from vastlocal.http.doors import Door, names_this_machine

OURS = [
    "127.0.0.1",
    "127.0.0.1:9324",
    "127.0.0.2:1",
    "localhost",
    "LOCALHOST.:8000",
    "tams.localhost:8000",
    "[::1]",
    "[::1]:8000",
    "[::ffff:127.0.0.1]:8000",
]
FOREIGN = [
    "",
    "evil.example",
    "evil.example:9324",
    "localhost.evil.example",
    "evillocalhost",
    "127.0.0.1.evil.example",
    "127.0.0.1@evil.example",
    "evil.example@127.0.0.1",
    "127.0.0.1/evil.example",
    "127.0.0.1,evil.example",
    "127.0.0.1 evil.example",
    "127.0.0.1:80:80",
    "0.0.0.0:8000",
    "192.168.0.1",
    "2130706433",
    "::1",
    "[::2]",
    "[::ffff:10.0.0.1]",
    "[localhost]",
]


@pytest.mark.parametrize("host", OURS)
def test_a_host_that_is_this_machine_comes_in(host: str) -> None:
    assert names_this_machine(host)
    assert Door().refusal(host, None) == ""


@pytest.mark.parametrize("host", FOREIGN)
def test_a_foreign_host_does_not(host: str) -> None:
    assert not names_this_machine(host)
    assert "127.0.0.1 or localhost" in Door().refusal(host, None)


def test_a_server_of_a_network_is_called_by_the_names_the_network_has() -> None:
    assert Door("0.0.0.0").refusal("vast.example:9090", None) == ""  # noqa: S104 - not bound


@pytest.mark.parametrize("origin", ["https://evil.example", "http://localhost:3000", "null", ""])
def test_no_page_comes_in(origin: str) -> None:
    for bound_to in ("127.0.0.1", "10.0.0.1"):
        assert "Origin" in Door(bound_to).refusal("127.0.0.1", origin)


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("http://localhost", True),
        ("https://localhost:8443", True),
        ("http://127.0.0.1:3000", True),
        ("http://[::1]:3000", True),
        ("http://localhost.evil.example", False),
        ("http://localhost:3000.evil.example", False),
        ("http://localhost:x", False),
        ("http://localhost:", False),
        ("http://127.0.0.11", False),
        ("https://evil.example", False),
        ("null", False),
        ("*", False),
    ],
)
def test_pages_of_this_machine_are_known_by_their_origin(origin: str, allowed: bool) -> None:
    cors = Cors(tuple(LOOPBACK_ORIGINS.split(",")), (), (), (), None, allow_credentials=False)

    assert CorsPolicy(cors).allows(origin) is allowed


@pytest.mark.parametrize(
    ("host", "origin", "admitted"),
    [
        ("tams.example", None, True),
        ("TAMS.example", "https://tams.example", True),
        ("127.0.0.1:8000", "https://tams.example", True),
        ("127.0.0.1:8000", "http://127.0.0.1:8000", True),
        ("127.0.0.1:8000", "http://127.0.0.1:8001", False),
        ("127.0.0.1:8000", "http://tams.example", False),
        ("other.example", None, False),
        ("", None, False),
    ],
)
def test_a_proxy_in_front_of_an_open_api_may_hand_its_name_on(
    host: str, origin: str | None, admitted: bool
) -> None:
    cors = CorsPolicy(Cors((), (), (), (), None, allow_credentials=False))
    headers = [(b"host", host.encode())]
    headers += [] if origin is None else [(b"origin", origin.encode())]
    request = HttpRequest(
        "GET", "/flows", "", headers, b"", "127.0.0.1", "http", "1.1", "127.0.0.1", 8000
    )

    assert (Visitors(cors, "https://tams.example/base").refusal(request) == "") is admitted
    if "tams" in f"{host}{origin}".lower():
        assert Visitors(cors).refusal(request)


def test_the_key_is_compared_whole() -> None:
    def signed(key: str) -> str:
        return f"AWS4-HMAC-SHA256 Credential={key}/20260101/us-east-1/sqs/aws4_request, Signed…"

    assert is_signed_with("key", signed("key"))
    for other in ("", "ke", "keys", "KEY", "é"):
        assert not is_signed_with("key", signed(other))
    for malformed in (None, "", "key", "AWS4-HMAC-SHA256 Credential=key", "Basic key"):
        assert not is_signed_with("key", malformed)
