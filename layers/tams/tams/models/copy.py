"""Instances on their way to a storage backend."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Copy:
    """What makes an instance: it shows nowhere before the bytes are there (OBJ-12).

    Nobody touches it before `next_us`: a worker has it, or it rests after a failure. A `cancelled` one is
    only there until the bytes it may have left are gone. `object_created_us` tells its Object from a later
    one of the same id.
    """

    id: str
    object_id: str
    storage_id: str
    object_created_us: int
    created_us: int
    cancelled: bool = False
    attempts: int = 0
    next_us: int = 0
    error: str | None = None
    revision: int = 0
