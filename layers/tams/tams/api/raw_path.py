"""An encoded slash in a path belongs to an id or a tag's name and separates nothing (GEN-9, GEN-10).

The adapter decodes a path before it is matched with the routes. So what must not be decoded yet, `%2F` and
the percent sign itself, is encoded once more beforehand, and decoded where a value is read.
"""

from urllib.parse import quote, unquote


def protected(raw_path: str) -> str:
    """The path as the adapter shall have it."""
    return raw_path.replace("%25", "%2525").replace("%2F", "%252F").replace("%2f", "%252F")


def path_value(matched: str) -> str:
    """What the client meant by a part of the path that a route has matched."""
    return unquote(matched)


def encoded(path: str) -> str:
    """A path that was decoded after `protected`, as it was in the request."""
    return quote(path, safe="/%:@!$&'()*+,;=~")
