"""Objects as JSON, and page keys of Segments and Objects."""

from collections.abc import Sequence
from typing import Any

from pydantic_core import to_json

from tams.models.binned import SegmentKey
from tams.models.page_keys import decode_page_key, encode_page_key
from tams.models.stored import StoredSegment
from tams.models.stored_objects import ObjectKind
from tams.payload import ANSWER_BYTES_MAX, SIGNED_URL_BYTES_MAX
from tams.services.objects.get_urls import GetUrls
from tams.services.objects.objects import ObjectView

_SEGMENT_BYTES, _INSTANCE_BYTES = 600, 300
"""Room for the names and numbers of a Segment and an instance."""


def encode_segment_key(key: tuple[int] | SegmentKey | None) -> str | None:
    """Of a Segment that the next page follows: its start and, in a list with deleted ones, its entry."""
    return None if key is None else encode_page_key(*key)


def decode_segment_key(page: str | None) -> int | None:
    """Raises InvalidRequestError."""
    if page is None:
        return None
    (start_ns,) = decode_page_key(page, int)
    return int(start_ns)


def decode_listed_key(page: str | None) -> SegmentKey | None:
    """The key of a list with deleted Segments. Raises InvalidRequestError."""
    if page is None:
        return None
    start_ns, entry_id = decode_page_key(page, int, str)
    return int(start_ns), str(entry_id)


def surely_fit(segments: Sequence[StoredSegment]) -> bool:
    """Whether they fit into one response whatever the query; decided without signing their URLs."""
    return sum(_bytes_at_most(each) for each in segments) < ANSWER_BYTES_MAX


def _bytes_at_most(segment: StoredSegment) -> int:
    instances = (*segment.instances, *segment.init_instances)
    urls = sum(
        SIGNED_URL_BYTES_MAX if each.url is None else 2 * (len(each.url) + len(each.label or ""))
        for each in instances
    )
    ids = len(segment.object_id) + len(segment.init_object_id or "")
    tags = 2 * len(to_json(segment.tags)) if segment.tags else 0
    return _SEGMENT_BYTES + len(instances) * _INSTANCE_BYTES + 2 * ids + urls + tags


def object_json(view: ObjectView, flow_ids: list[str], get_urls: GetUrls) -> dict[str, Any]:
    """Source: object.json. Media Objects have a timerange, init Objects have none (OBJ-2)."""
    stored = view.stored
    body: dict[str, Any] = {
        "id": stored.id,
        "referenced_by_flows": flow_ids,
    }
    if view.first_flow_id is not None:
        body["first_referenced_by_flow"] = view.first_flow_id
    if stored.kind is not ObjectKind.INIT and stored.timerange is not None:
        body["timerange"] = str(stored.timerange)
    if stored.key_frame_count is not None:
        body["key_frame_count"] = stored.key_frame_count
    if view.init is not None:
        body["init_object"] = {
            "id": view.init.id,
            "get_urls": get_urls.of(view.init.id, view.init.instances),
        }
    body["get_urls"] = get_urls.of(stored.id, stored.instances)
    return body


def page_of_ids(ids: list[str], page: str | None, limit: int) -> tuple[list[str], str | None]:
    """One page of ids in order, and the key of the next. Raises InvalidRequestError."""
    if page is not None:
        (last_id,) = decode_page_key(page, str)
        ids = [each for each in ids if each > last_id]
    chosen = ids[:limit]
    return chosen, encode_page_key(chosen[-1]) if len(ids) > limit else None
