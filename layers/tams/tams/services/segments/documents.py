"""Segments as JSON.

Built as plain dicts: a page of a thousand does not need validating on its way out.
"""

from typing import Any

from tams.models.stored import StoredSegment
from tams.services.objects.get_urls import GetUrls

_OPTIONAL = (
    "ts_offset", "last_duration", "sample_offset", "sample_count", "key_frame_count", "tags"
)  # fmt: skip


def segment_json(
    segment: StoredSegment, get_urls: GetUrls, *, include_object_timerange: bool = False
) -> dict[str, Any]:
    """Source: flow-segment.json, and `tags`, an extension."""
    body: dict[str, Any] = {
        "object_id": segment.object_id,
        "timerange": str(segment.timerange),
    }
    for name in _OPTIONAL:
        if (value := getattr(segment, name)) is not None:
            body[name] = value
    if include_object_timerange:
        body["object_timerange"] = segment.object_timerange
    if segment.init_object_id is not None:
        body["init_object"] = {
            "object_id": segment.init_object_id,
            "get_urls": get_urls.of(segment.init_object_id, segment.init_instances),
        }
    body["get_urls"] = get_urls.of(segment.object_id, segment.instances)
    return body
