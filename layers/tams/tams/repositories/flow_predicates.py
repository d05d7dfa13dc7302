"""The part of a FlowQuery that VAST decides. Pure."""

from typing import Any

from tams.models.common import INT64_MAX, ContentFormat
from tams.models.queries import FlowQuery
from tams.repositories.media_time import bound_text
from tams.repositories.predicates import equal, tagged
from tams.timing import TimeRange
from tams.vast.where import all_of, col


def flows_matching(query: FlowQuery) -> Any:
    """The part that VAST can decide. Whether a Segment lies in the timerange is decided Flow by Flow."""
    size = query.frame_width is not None or query.frame_height is not None
    return all_of(
        equal(
            {
                "source_id": query.source_id,
                "label": query.label,
                "format": query.format and str(query.format),
                "codec": query.codec,
                "profile_id": query.profile_id,
                "status": query.status and str(query.status),
                "frame_width": _pixels(query.frame_width),
                "frame_height": _pixels(query.frame_height),
                "init_segments": query.init_segments,
            }
        ),
        col["format"] == str(ContentFormat.VIDEO) if size else None,  # FLW-6
        tagged(query.tags),
        _touching(query.timerange),
    )


def _pixels(asked: int | None) -> int | None:
    """No Flow has a size outside the column's 64 bits, nor a negative one."""
    return asked if asked is None or 0 <= asked <= INT64_MAX else -1


def _touching(timerange: TimeRange) -> Any:
    """Flows whose extent could share an instant with the timerange."""
    if timerange.is_eternity:
        return None
    if timerange.is_empty:
        return col["segment_count"] == 0
    predicate = col["segment_count"] > 0
    start_ns, end_ns = timerange.start_ns, timerange.end_ns
    if start_ns is not None:
        predicate &= col["last_time"] > bound_text(start_ns)
    if end_ns is not None:
        predicate &= col["first_time"] <= bound_text(end_ns)
    return predicate
