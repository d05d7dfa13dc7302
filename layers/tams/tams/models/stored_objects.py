"""What the store holds of Objects: their copies, their users, and which Flow may use them first."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from tams.models.error import Error
from tams.models.flow import Flow
from tams.timing import TimeRange
from tams.timing.microseconds import to_us


@dataclass(frozen=True, slots=True)
class Instance:
    """One copy of an Object's bytes: controlled on a storage backend, or a client's own URL and its label."""

    storage_id: str | None = None
    url: str | None = None
    label: str | None = None


class ObjectKind(StrEnum):
    """Media Objects are played, init Objects prepare the decoder; an Object is never both (INI-5)."""

    MEDIA = "media"
    INIT = "init"


class ObjectState(StrEnum):
    """allocated → referenced → doomed; a doomed Object no longer exists for anyone but `object_cleanup`."""

    ALLOCATED = "allocated"
    REFERENCED = "referenced"
    DOOMED = "doomed"


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An Object and the number of its users: Segments for media, media Objects for init.

    `flow_id` is empty while an Object that a client registered by itself is for whatever Flow comes first.
    `flow_created_us` distinguishes the Flow it was made for from a later one with the same id. It is
    FLOW_GONE_US if that Flow was deleted before Objects recorded it, and None on Objects that release 0.1.0
    has just made. `registers` has the headers of an upload that registers its Segment by itself.
    `size_bytes`, `etag` and `uploaded_us` are what S3 reported about the bytes, None until then. `fault` is
    why the upload failed to register its Segment.
    """

    id: str
    state: ObjectState
    flow_id: str
    instances: tuple[Instance, ...]
    kind: ObjectKind | None = None
    content_type: str | None = None
    timerange: TimeRange | None = None
    init_object_id: str | None = None
    key_frame_count: int | None = None
    reference_count: int = 0
    created_us: int = 0
    flow_created_us: int | None = None
    doomed_us: int | None = None
    """When it was doomed, or hinted at again since."""
    registers: Mapping[str, str] = field(default_factory=dict)
    size_bytes: int | None = None
    etag: str | None = None
    uploaded_us: int | None = None
    fault: Error | None = None
    revision: int = 0

    @property
    def is_shown(self) -> bool:
        """Whether clients see it: it is in use, or a client registered it by itself, with URLs."""
        if self.state is ObjectState.ALLOCATED:
            return any(instance.url is not None for instance in self.instances)
        return self.state is ObjectState.REFERENCED


FLOW_GONE_US = -1
"""A time at which no Flow was ever created."""

_CLOCKS_APART_US = 1_000_000
"""How far apart clocks may be, for Objects that do not record which Flow they were made for."""


def may_use_first(stored: StoredObject, flow: Flow) -> bool:
    """Whether this Flow may be the first to use the Object: it was made for this Flow, or for none yet."""
    return not stored.flow_id or is_made_for(stored, flow)


def is_made_for(stored: StoredObject, flow: Flow) -> bool:
    """Whether the Object was made for this Flow, and not for an earlier one with the same id."""
    if stored.flow_id != flow.id:
        return False
    made_us = created_us_of(flow)
    if stored.flow_created_us is not None:
        return stored.flow_created_us == made_us
    return made_before(made_us, stored.created_us)


def made_before(flow_us: int, object_us: int) -> bool:
    """Whether a Flow was created before an Object that names its id, as far as clocks can show."""
    return flow_us <= object_us + _CLOCKS_APART_US


def created_us_of(flow: Flow) -> int:
    return to_us(flow.created) if flow.created else 0
