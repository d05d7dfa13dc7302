"""An encoded slash in a path belongs to an id or a tag's name and separates nothing (GEN-9, GEN-10).

The adapter decodes a path before it is matched with the routes. So what must not be decoded yet, `%2F`, the
line feed, which no route's pattern matches, and the percent sign itself, is encoded once more beforehand,
and decoded where a value is read.
"""

import re
from urllib.parse import quote, unquote

_KEPT = re.compile("%(25|2F|0A)", re.IGNORECASE)


def protected(raw_path: str) -> str:
    """The path to give to the adapter."""
    return _KEPT.sub(r"%25\1", raw_path)


def path_value(matched: str) -> str:
    """What the client meant by a part of the path that a route has matched."""
    return unquote(matched)


def encoded(path: str) -> str:
    """A path that was decoded after `protected`, as it was in the request."""
    return quote(path, safe="/%:@!$&'()*+,;=~")
