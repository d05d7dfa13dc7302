"""Opaque page keys: the position of a page's last item in the order of the listing."""

import base64
import binascii
import json
from typing import Any

from tams.errors import InvalidRequestError, quoted

_VERSION = 1


def encode_page_key(*values: Any) -> str:
    """The key after an item with these sort values."""
    text = json.dumps([_VERSION, *values], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode_page_key(key: str, *types: type) -> list[Any]:
    """The sort values. Raises InvalidRequestError for a key that this service did not issue."""
    try:
        text = base64.urlsafe_b64decode(key + "=" * (-len(key) % 4))
        decoded = json.loads(text)
    except (binascii.Error, ValueError, RecursionError) as error:
        raise unknown_page_key(key) from error
    if not isinstance(decoded, list) or not decoded or decoded[0] != _VERSION:
        raise unknown_page_key(key)
    values = decoded[1:]
    if [type(value) for value in values] != list(types):
        raise unknown_page_key(key)
    return values


def unknown_page_key(key: str) -> InvalidRequestError:
    return InvalidRequestError(f"page: {quoted(key)} is not a page key that this service issued")
