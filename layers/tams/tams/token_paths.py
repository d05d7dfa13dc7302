"""Paths that carry a token for players, which no log may contain."""

import re

_TOKEN = re.compile("(?<=/playback/)(?!tokens(?:/|$))[^/]+(?=/|$)")


def has_token(path: str) -> bool:
    """Whether this is a path below `/playback/{token}/`."""
    return path.startswith("/playback/") and path.count("/") > 2 and bool(_TOKEN.search(path))


def without_token(path: str) -> str:
    """The path as a log may have it."""
    return _TOKEN.sub("***", path)
