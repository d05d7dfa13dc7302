"""Which addresses keys may come from: a key proves nothing if it can be altered in transit."""

from ipaddress import ip_address
from urllib.parse import urlsplit


def is_safe(url: str, *, at_least_as: str | None = None) -> bool:
    """Whether `url` uses https or this machine; if `at_least_as` uses https, `url` must too."""
    if url.startswith("https://"):
        return True
    return _is_loopback(url) and (at_least_as is None or not at_least_as.startswith("https://"))


def _is_loopback(url: str) -> bool:
    try:
        host = urlsplit(url).hostname or ""
        return url.startswith("http://") and ip_address(host).is_loopback
    except ValueError:
        return False
