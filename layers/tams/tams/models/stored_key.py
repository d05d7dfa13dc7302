"""What a bucket holds under one key."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class StoredKey:
    """`object_id` is the Object whose bytes these would be, or None when the key does not say."""

    key: str
    object_id: str | None
    size_bytes: int
    modified: datetime
