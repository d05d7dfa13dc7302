"""The address of the API as people type it."""

import pytest

from cli.addresses import api_url


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://127.0.0.1:8000/", "http://127.0.0.1:8000"),
        ("127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("localhost:8000", "http://localhost:8000"),
        ("localhost", "http://localhost"),
        ("[::1]:8000/base", "http://[::1]:8000/base"),
        ("tams.example.com", "https://tams.example.com"),
        ("tams.example.com:8443/v1/", "https://tams.example.com:8443/v1"),
        ("192.0.2.1:8000", "https://192.0.2.1:8000"),
        (" https://tams.example.com\n", "https://tams.example.com"),
        ("HTTP://tams.example.com", "HTTP://tams.example.com"),
    ],
)
def test_a_missing_scheme_is_http_here_and_https_elsewhere(given: str, url: str) -> None:
    assert api_url(given) == url


@pytest.mark.parametrize(
    "given",
    [
        "",
        "http://",
        "ftp://x",
        "https://x:99999",
        "http://a b",
        "//",
        "x?y=1",
        "x#y",
        "http://[::1",
    ],
)
def test_what_is_no_address_is_refused_with_an_example(given: str) -> None:
    with pytest.raises(ValueError, match=r"such as http://127\.0\.0\.1:8000"):
        api_url(given)


def test_a_password_in_an_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(ValueError, match="--token") as refused:
        api_url("https://bob:hunter2@tams.example.com")
    assert "hunter2" not in str(refused.value)
