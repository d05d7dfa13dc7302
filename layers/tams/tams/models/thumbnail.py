"""What `playback` asks `thumbnailer` for: a frame of an Object, as a JPEG in a bucket."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

OBJECT_BYTES_MAX = 100 * 2**20
"""Of an Object whose frame is decoded, with its initialisation: it is fetched whole."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the bytes of an Object are: on a storage backend, or at a client's own URL."""

    object_id: str
    storage_id: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class ObjectFacts:
    """What a storage backend says about the bytes of an Object."""

    size_bytes: int
    etag: str


@dataclass(frozen=True, slots=True)
class ThumbnailTask:
    """The frame at `at_ns`, `width` pixels wide, goes to `name` on the backend `storage_id`.

    Times are those of the Object, which holds `[start_ns, end_ns)`. The last origin is the Object's. If it
    has an initialisation, that comes before it.
    """

    storage_id: str
    name: str
    origins: tuple[Origin, ...]
    at_ns: int
    start_ns: int
    end_ns: int
    width: int

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> Self:
        origins = tuple(Origin(**each) for each in given["origins"])
        return cls(**{**given, "origins": origins})
