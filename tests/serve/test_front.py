"""What an API process answers itself, and by which address its clients know it."""

import httpx
import pytest

from serve.addresses import client_address, is_near
from tests.maker import Maker


def test_it_says_that_it_lives_without_asking_anyone(client: httpx.Client) -> None:
    response = client.get("/health/live")

    assert (response.status_code, response.json()) == (200, {"status": "ok"})


def test_links_lead_through_the_proxy_that_it_is_told_to_trust(client: httpx.Client) -> None:
    for _ in range(2):
        Maker(client).flow()
    proxied = {
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "media.example.com",
        "X-Forwarded-Prefix": "/tams",
    }

    response = client.get("/flows", params={"limit": 1}, headers=proxied)

    assert response.links["next"]["url"].startswith("https://media.example.com/tams/flows?")


def test_a_page_of_another_origin_may_ask_before_it_calls(client: httpx.Client) -> None:
    asked = {"Origin": "https://edit.example.com", "Access-Control-Request-Method": "PUT"}

    response = client.options("/flows", headers=asked)

    assert response.status_code == 204
    assert response.headers["access-control-allow-origin"] == "*"


def test_a_body_beyond_the_limit_is_refused(client: httpx.Client) -> None:
    response = client.post("/flows", content=b" " * (10 * 1024 * 1024 + 1))

    assert response.status_code == 413
    assert "10485760" in response.json()["summary"]


def test_what_is_no_path_is_not_found(client: httpx.Client) -> None:
    response = client.get(f"{client.base_url}//")

    assert response.status_code == 404


@pytest.mark.parametrize(
    ("trusted", "headers", "address"),
    [
        ("no", {"x-forwarded-for": "203.0.113.7"}, "10.0.0.1"),
        ("x-forwarded", {"x-forwarded-for": "198.51.100.9, 203.0.113.7"}, "203.0.113.7"),
        ("x-forwarded", {"x-forwarded-for": "203.0.113.7:4711"}, "203.0.113.7"),
        ("x-forwarded", {"x-forwarded-for": "unknown"}, "10.0.0.1"),
        ("x-forwarded", {}, "10.0.0.1"),
        (
            "forwarded",
            {"forwarded": "for=198.51.100.9, for=203.0.113.7;proto=https"},
            "203.0.113.7",
        ),
        ("forwarded", {"forwarded": 'proto=https;for="[2001:db8::7]:4711"'}, "2001:db8::7"),
        ("forwarded", {"forwarded": "for=_hidden"}, "10.0.0.1"),
        ("forwarded", {"x-forwarded-for": "203.0.113.7"}, "10.0.0.1"),
    ],
)
def test_the_client_is_who_the_trusted_proxy_says(
    trusted: str, headers: dict[str, str], address: str
) -> None:
    assert client_address(headers, "10.0.0.1", trusted) == address  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("peer", "near"),
    [("127.0.0.1", True), ("10.1.2.3", True), ("::1", True), ("8.8.8.8", False), ("x", False)],
)
def test_only_neighbours_are_near(peer: str, near: bool) -> None:
    assert is_near(peer) is near
