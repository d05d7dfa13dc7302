"""What `playback` asks `thumbnailer` for: a frame of an Object, as a JPEG in a bucket."""

from dataclasses import dataclass

from tams.models.rendering import RenderingTask


@dataclass(frozen=True, slots=True)
class ObjectFacts:
    """What a storage backend says about the bytes of an Object."""

    size_bytes: int
    etag: str


@dataclass(frozen=True, slots=True)
class ThumbnailTask(RenderingTask):
    """The frame at `at_ns`, `width` pixels wide, goes to `name` on the backend `storage_id`.

    Times are those of the Object, which holds `[start_ns, end_ns)`. The last origin is the Object's. If it
    has an initialisation, that comes before it.
    """

    at_ns: int
    start_ns: int
    end_ns: int
    width: int
