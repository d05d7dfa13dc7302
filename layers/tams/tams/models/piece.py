"""Pieces: parts of Objects, rendered as Objects of their own so that players show exactly that part."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tams.models.rendering import RenderingTask

KEPT = timedelta(days=30)
"""A rule of the bucket removes pieces after this long."""
RENEWED_AFTER = timedelta(days=21)
"""A list may be played for a week after it was written, so what it names must stay longer than that."""


@dataclass(frozen=True, slots=True)
class StoredPiece:
    """What a bucket says about a piece. One without bytes notes that the piece cannot be made."""

    size_bytes: int
    modified: datetime

    @property
    def can_be_played(self) -> bool:
        return self.size_bytes > 0

    def is_old(self, now: datetime) -> bool:
        return now - self.modified > RENEWED_AFTER


@dataclass(frozen=True, slots=True)
class PieceTask(RenderingTask):
    """`[from_ns, until_ns)` of an Object goes to `name` on the backend `storage_id`, wrapped by `muxer`.

    Times are those of the Object, which holds `[start_ns, end_ns)`. The last origin is the Object's. If it
    has an initialisation, that comes before it, and the piece has one of its own.
    """

    muxer: str
    from_ns: int
    until_ns: int
    start_ns: int
    end_ns: int


def init_name(name: str) -> str:
    """What the initialisation of a piece is called."""
    return f"{name}.init"
