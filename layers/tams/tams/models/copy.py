"""Instances on their way to a storage backend."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Copy:
    """The task of making an instance, which shows nowhere before its bytes are there (OBJ-12).

    Nobody works on it before `next_us`: a worker has it, or it pauses after a failure. A `cancelled` copy
    remains only until any bytes it left are deleted. `object_created_us` distinguishes its Object from a
    later one with the same id.
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
