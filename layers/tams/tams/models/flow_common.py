"""The half of a Flow that every format shares."""

from enum import StrEnum

from tams.models.base import Model
from tams.models.collection import FlowCollectionItem
from tams.models.common import Count, Flag, Tags, Text, UtcDateTime, Uuid
from tams.timing import TimeRange


class FlowStatus(StrEnum):
    """The progress of ingest. It never prevents writes. Source: flow-status.json."""

    AWAITING_CONTENT = "awaiting_content"
    INGESTING = "ingesting"
    REPLICATION_IN_PROGRESS = "replication_in_progress"
    CLOSED_COMPLETE = "closed_complete"


class FlowCommon(Model):
    """What a client says about a Flow in addition to its technical description. Source: flow-common.json."""

    id: Uuid
    source_id: Uuid
    label: Text | None = None
    description: Text | None = None
    created_by: Text | None = None
    updated_by: Text | None = None
    tags: Tags | None = None
    metadata_version: Text | None = None
    generation: Count | None = None
    status: FlowStatus | None = None
    read_only: Flag | None = None
    max_bit_rate: Count | None = None
    flow_collection: tuple[FlowCollectionItem, ...] | None = None


class FlowManaged(Model):
    """What the service says about a Flow; a client's words on it are ignored."""

    created: UtcDateTime | None = None
    metadata_updated: UtcDateTime | None = None
    segments_updated: UtcDateTime | None = None
    timerange: TimeRange | None = None
    collected_by: tuple[Uuid, ...] | None = None
    profile_id: Uuid | None = None
