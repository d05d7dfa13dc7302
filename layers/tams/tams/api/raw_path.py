"""An encoded slash in a path belongs to an id or a tag's name and separates nothing (GEN-9, GEN-10).

The adapter decodes a path before matching it with the routes. Characters that must not be decoded yet are
therefore encoded a second time first, and decoded where a value is read. These are `%2F`, the line feed,
which no route's pattern matches, and the percent sign itself.
"""

import re
from urllib.parse import quote, unquote

_KEPT = re.compile("%(25|2F|0A)", re.IGNORECASE)


def protected(raw_path: str) -> str:
    """The path to give to the adapter."""
    return _KEPT.sub(r"%25\1", raw_path)


def path_value(matched: str) -> str:
    """The value that the client meant by the part of a path that a route has matched."""
    return unquote(matched)


def encoded(path: str) -> str:
    """Turns a path that was decoded after `protected` back into its form in the request."""
    return quote(path, safe="/%:@!$&'()*+,;=~")
