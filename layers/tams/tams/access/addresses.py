"""Where keys may come from: keys that anyone on the way can change prove nothing."""

from ipaddress import ip_address
from urllib.parse import urlsplit


def is_safe(url: str, *, at_least_as: str | None = None) -> bool:
    """By https, or from this machine; where `at_least_as` is by https, by https only."""
    if url.startswith("https://"):
        return True
    return _is_loopback(url) and (at_least_as is None or not at_least_as.startswith("https://"))


def _is_loopback(url: str) -> bool:
    try:
        host = urlsplit(url).hostname or ""
        return url.startswith("http://") and ip_address(host).is_loopback
    except ValueError:
        return False
