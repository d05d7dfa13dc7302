"""A deletion that outlives the request that started it."""

from enum import StrEnum

from tams.models.base import Model
from tams.models.common import Flag, Text, UtcDateTime, Uuid
from tams.models.error import Error
from tams.timing import TimeRange


class DeletionStatus(StrEnum):
    """`created`, then `started`, then `done` or `error`."""

    CREATED = "created"
    STARTED = "started"
    DONE = "done"
    ERROR = "error"


class DeletionRequest(Model):
    """Source: deletion-request.json."""

    id: Uuid
    flow_id: Uuid
    source_id: Uuid | None = None
    """An extension: the Source that is deleted with all its Flows, of which `flow_id` is one."""
    object_id: Text | None = None
    """An extension: the Object whose Segments are deleted, in `flow_id` and every other Flow that uses it."""
    timerange_to_delete: TimeRange
    timerange_remaining: TimeRange | None = None
    delete_flow: Flag
    status: DeletionStatus
    created: UtcDateTime | None = None
    created_by: Text | None = None
    updated: UtcDateTime | None = None
    expiry: UtcDateTime | None = None
    error: Error | None = None
