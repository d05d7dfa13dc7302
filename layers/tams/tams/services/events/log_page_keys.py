"""Opaque keys for places in the event log: clients send them back, only the service can read them.

A place counts every event, so in clear text it would show readers of a part how much there is of the rest.
Each key is encrypted afresh: two equal keys for one place would reveal that nothing has happened.
"""

import binascii

from tams.models.page_keys import unknown_page_key

_PLACE_BYTES = 8
_PADDING = "=="
"""The base64 padding of a token of this length. A URL does not need it."""


class LogPageKeys:
    """Keys by one secret, url-safe base64 of 32 bytes. Source: cryptography, "Fernet"."""

    def __init__(self, secret: str) -> None:
        from cryptography.fernet import Fernet  # noqa: PLC0415 - one function needs it, all import this

        self._fernet = Fernet(secret)

    def key(self, seq: int) -> str:
        token = self._fernet.encrypt(seq.to_bytes(_PLACE_BYTES))
        return token.decode().removesuffix(_PADDING)

    def seq(self, key: str) -> int:
        """Raises InvalidRequestError for a key that this service did not issue."""
        from cryptography.fernet import InvalidToken  # noqa: PLC0415

        try:
            return int.from_bytes(self._fernet.decrypt(key + _PADDING))
        except (InvalidToken, binascii.Error, ValueError) as error:
            raise unknown_page_key(key) from error
