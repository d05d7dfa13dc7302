"""Flows as rows, both directions, pure."""

import json
from datetime import datetime

from tams.models.coverage_state import CoverageState
from tams.models.flow import Flow, parse_flow
from tams.models.stored import FlowOutline, StoredFlow
from tams.models.timelines import Timeline
from tams.repositories.media_time import optional_ns, optional_text, time_ns, time_text
from tams.repositories.predicates import tags_text
from tams.repositories.relations import is_unrelated, relations_row
from tams.repositories.rows import dumps
from tams.repositories.transaction import Row
from tams.timing import TimeRange
from tams.timing.microseconds import from_us, to_us

_KEPT_ELSEWHERE = ("timerange", "flow_collection", "collected_by", "segments_updated")


def flow_row(stored: StoredFlow) -> Row:
    """All columns except the timeline's."""
    flow = stored.flow
    document = flow.to_document()
    for name in _KEPT_ELSEWHERE:
        document.pop(name, None)
    essence = document.get("essence_parameters", {})
    return {
        "id": flow.id,
        "source_id": flow.source_id,
        "format": str(flow.format),
        "codec": flow.codec,
        "container": flow.container,
        "label": flow.label,
        "profile_id": flow.profile_id,
        "status": flow.status,
        "read_only": flow.read_only or False,
        "frame_width": essence.get("frame_width"),
        "frame_height": essence.get("frame_height"),
        "init_segments": essence.get("init_segments", False),
        "tags": tags_text(flow.tags),
        "document": dumps(document),
        "created_us": to_us(flow.created) if flow.created else None,
        "metadata_updated_us": to_us(flow.metadata_updated) if flow.metadata_updated else None,
        **({} if stored.look_us is None else {"retention_us": stored.look_us}),
        "revision": stored.revision,
    }


def timeline_row(stored: StoredFlow) -> Row:
    """The columns that writing Segments changes."""
    timeline, updated = stored.timeline, stored.flow.segments_updated
    return {
        "segments_updated_us": to_us(updated) if updated else None,
        "first_time": optional_text(timeline.first_ns),
        "last_time": optional_text(timeline.last_ns),
        "last_inclusive": timeline.last_inclusive,
        "segment_count": timeline.segment_count,
        "longest_time": time_text(timeline.longest_ns),
        "timeline_id": timeline.id or None,
        "deleting": dumps({key: str(value) for key, value in stored.deleting.items()})
        if stored.deleting
        else None,
        "coverage": coverage_text(stored.coverage, updated),
        "told_us": stored.told_us,
        **relations_row(stored),
        "revision": stored.revision,
    }


def coverage_text(state: CoverageState | None, updated: datetime | None) -> str | None:
    """With the time of the change of Segments that it takes account of."""
    if state is None:
        return None
    at_us = to_us(updated) if updated else None
    return dumps({"level": state.level, "stale": state.stale, "at_us": at_us})


def coverage_from_text(text: str | None, updated: datetime | None) -> CoverageState | None:
    """None if nothing is known: a release that does not know the column has changed the Segments since."""
    if text is None:
        return None
    found = json.loads(text)
    if found["at_us"] != (to_us(updated) if updated else None):
        return None
    stale = tuple((from_ns, until_ns) for from_ns, until_ns in found["stale"])
    return CoverageState(found["level"], stale)


FLOW_READ = (
    "id", "document", "segments_updated_us", "first_time", "last_time", "last_inclusive", "segment_count",
    "longest_time", "timeline_id", "deleting", "coverage", "told_us", "unrelated_revision", "revision"
)  # fmt: skip
"""The columns that `flow_from_row` reads."""


def flow_from_row(row: Row) -> StoredFlow:
    document = json.loads(row["document"])
    if row["segments_updated_us"] is not None:
        document["segments_updated"] = from_us(row["segments_updated_us"]).isoformat()
    flow: Flow = parse_flow(document)
    outline = outline_from_row(row)
    return StoredFlow(
        flow,
        outline.timeline,
        outline.deleting,
        row["told_us"] or 0,
        row["revision"],
        is_unrelated(row),
        coverage=coverage_from_text(row["coverage"], flow.segments_updated),
    )


OUTLINE = (
    "id", "first_time", "last_time", "last_inclusive", "segment_count", "longest_time", "timeline_id",
    "deleting"
)  # fmt: skip
"""The columns that `outline_from_row` reads."""


def outline_from_row(row: Row) -> FlowOutline:
    timeline = Timeline(
        segment_count=row["segment_count"],
        first_ns=optional_ns(row["first_time"]),
        last_ns=optional_ns(row["last_time"]),
        last_inclusive=row["last_inclusive"],
        longest_ns=time_ns(row["longest_time"]),
        id=row["timeline_id"] or "",
    )
    deleting = json.loads(row["deleting"] or "{}")
    hidden = {key: TimeRange.parse(text) for key, text in deleting.items()}
    return FlowOutline(row["id"], timeline, hidden)
