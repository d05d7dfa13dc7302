"""Tokens in the addresses of lists, because players send no headers. Each opens one thing, until it expires.

A token carries what it opens, and a MAC of that by a key derived from a secret in VAST. So nothing is stored
for a token, and renewing the secret revokes them all.
"""

import base64
import binascii
import hmac
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from tams.errors import ForbiddenError
from tams.models.caller import Caller, Permission, Scope
from tams.timing import TimeRange

_MAC_BYTES = 16
_PURPOSE = b"tokens of playback"
"""Keeps keys for different uses of one secret apart."""


class Opened(StrEnum):
    """What a token opens; a list is named by the first part of its path."""

    FLOW = "flows"
    SOURCE = "sources"
    OBJECT = "object"
    PIECE = "piece"


@dataclass(frozen=True, slots=True)
class Grant:
    """What a token opens, and for whom.

    `identifier` is the id of the Flow or Source, or those of a storage backend and an Object or a piece.
    `expires` is in seconds since 1970. `classes` are what the maker of the token may read; None means all.
    """

    opened: Opened
    identifier: tuple[str, ...]
    expires: int
    timerange: TimeRange = field(default_factory=TimeRange.eternity)
    classes: tuple[str, ...] | None = None

    @property
    def expires_at(self) -> datetime:
        return datetime.fromtimestamp(self.expires, UTC)

    @property
    def caller(self) -> Caller:
        """The caller for this token: without a name, limited to what the token's creator may read."""
        classes = None if self.classes is None else {Permission.READ: frozenset(self.classes)}
        return Caller(None, frozenset({Scope.READ}), classes)


class PlaybackTokens:
    """Tokens by one secret, of any text."""

    def __init__(self, secret: str) -> None:
        self._key = hmac.digest(secret.encode(), _PURPOSE, "sha256")

    def token(self, grant: Grant) -> str:
        """Safe in a path, and equal for equal grants."""
        fields = [
            str(grant.opened),
            grant.identifier,
            grant.expires,
            str(grant.timerange),
            grant.classes,
        ]
        content = json.dumps(fields, separators=(",", ":")).encode()
        return _text(self._mac(content) + content)

    def grant(self, token: str, now: datetime) -> Grant:
        """Raises ForbiddenError for a token that this service did not issue, or that has expired."""
        try:
            whole = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        except (ValueError, binascii.Error) as error:
            raise _not_valid() from error
        mac, content = whole[:_MAC_BYTES], whole[_MAC_BYTES:]
        if not hmac.compare_digest(mac, self._mac(content)) or _text(whole) != token:
            raise _not_valid()
        opened, identifier, expires, timerange, classes = json.loads(content)
        if now.timestamp() >= expires:
            raise ForbiddenError(
                "the token in this URL has expired: POST /playback/tokens gives a new one"
            )
        return Grant(
            Opened(opened),
            tuple(identifier),
            expires,
            TimeRange.parse(timerange),
            None if classes is None else tuple(classes),
        )

    def _mac(self, content: bytes) -> bytes:
        return hmac.digest(self._key, content, "sha256")[:_MAC_BYTES]


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _not_valid() -> ForbiddenError:
    return ForbiddenError(
        "the token in this URL is not valid: POST /playback/tokens gives a new one"
    )
