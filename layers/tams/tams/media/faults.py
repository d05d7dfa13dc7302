"""The reasons why no picture can be made from an Object."""

from tams.errors import TamsError

NO_BYTES = "no bytes"
UNREACHABLE = "unreachable"
NO_PICTURE = "no picture"
NO_MEDIA = "no media"
CODEC = "codec"
DAMAGED = "damaged"
TOO_LARGE = "too large"
TOO_SLOW = "too slow"


class StillError(TamsError):
    """`kind` is one of the words above."""

    def __init__(self, kind: str, words: str) -> None:
        super().__init__(words)
        self.kind = kind
