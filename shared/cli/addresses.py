"""Addresses of TAMS APIs, as people type them."""

from ipaddress import ip_address
from urllib.parse import urlsplit

LOCAL_URL = "http://127.0.0.1:8000"


def api_url(text: str) -> str:
    """Adds a scheme: http for this machine, https for any other. Raises ValueError, worded for people."""
    given = text.strip()
    if "://" not in given:
        given = f"{'http' if is_local(f'//{given}') else 'https'}://{given}"
    try:
        parts = urlsplit(given)
        usable = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable or parts.query or parts.fragment or any(each.isspace() for each in given):
        raise ValueError(
            "expected the address of a TAMS API, such as http://127.0.0.1:8000 "
            "or https://tams.example.com/base"
        )
    if parts.username is not None:
        raise ValueError("the address must not contain credentials: use --token")
    return given.rstrip("/")


def is_local(url: str) -> bool:
    """Whether the address names this machine."""
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
