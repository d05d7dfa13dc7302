"""The path of a request, as the gateway hands it over: decoded, or as the client sent it (GEN-9, GEN-10).

An HTTP API of API Gateway decodes the path once and cuts it at a question mark, so an id with an encoded
slash looks like a longer path. Other servers leave the path as it is; there, an encoded slash belongs to an
id or a tag's name and separates nothing.

The adapter decodes a path before matching it with the routes. Characters that must not be decoded yet are
therefore encoded a second time first, and decoded where a value is read. These are `%2F`, the line feed,
which no route's pattern matches, and the percent sign itself.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal
from urllib.parse import quote, unquote

GatewayPath = Literal["decoded", "encoded"]

_KEPT = re.compile("%(25|2F|0A)", re.IGNORECASE)
_ENCODED = re.compile("%[0-9A-F]{2}", re.IGNORECASE)
_SAFE = "/:@!$&'()*+,;=~"
_LOST = re.compile(r"\?|(?:/|/instances)\Z")
"""What an id loses in a decoded path: all from a question mark on, and `/` or `/instances` at its end."""


def protected(raw_path: str) -> str:
    """The path to give to the adapter, for one that is still encoded."""
    return _KEPT.sub(r"%25\1", raw_path)


def readings(path: str, form: GatewayPath) -> Sequence[str]:
    """The paths to give to the adapter, for one in this form: the next counts only after a 404.

    A decoded path is what it says. But a client that encodes an id twice gets characters through the gateway
    that it would otherwise cut off or take for its own.
    """
    if form == "encoded":
        return (protected(path),)
    plain = protected(quote(path, safe=_SAFE))
    return (plain, protected(path)) if _ENCODED.search(path) else (plain,)


def path_value(matched: str) -> str:
    """The value that the client meant by the part of a path that a route has matched."""
    return unquote(matched)


def form_of(event: Mapping[str, Any], usual: GatewayPath) -> GatewayPath:
    """The URL of a function itself, without a gateway, leaves the path as it is."""
    return "encoded" if ".lambda-url." in event["requestContext"]["domainName"] else usual


def as_path_part(identifier: str, form: GatewayPath) -> str:
    """An id in a path that leads back to it."""
    once = quote(identifier, safe="")
    return quote(once, safe="") if form == "decoded" and _LOST.search(identifier) else once


def encoded(path: str) -> str:
    """Turns a path that was decoded after `protected` back into its form in the request."""
    return quote(path, safe=f"{_SAFE}%")


def encoded_twice(path: str) -> str:
    """The same, for a request that had to encode its path twice."""
    return quote(encoded(path), safe=_SAFE)
