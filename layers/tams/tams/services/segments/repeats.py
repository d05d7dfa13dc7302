"""Detects a repeated POST: a client that lost the answer posts its Segment again (SEG-26)."""

from collections.abc import Mapping, Sequence

from tams.models.flow_segment import FlowSegmentPost
from tams.models.stored import StoredSegment
from tams.models.stored_objects import Instance
from tams.timing import Timestamp


def differences(
    post: FlowSegmentPost, stored: StoredSegment, instances: Sequence[Instance]
) -> list[str]:
    """The properties in which `post` differs from `stored`; empty when it is the same Segment.

    A property the client may omit counts as its default: an offset of zero, and what is known of the Object,
    whose `instances` are given. Tags that are left out are those that the Segment has: they may have changed.
    """
    alike: Mapping[str, bool] = {
        "timerange": post.timerange == stored.timerange,
        "object_id": post.object_id == stored.object_id,
        "ts_offset": post.ts_offset_ns == _ns(stored.ts_offset),
        "last_duration": _text(post.last_duration) == stored.last_duration,
        "sample_offset": (post.sample_offset or 0) == (stored.sample_offset or 0),
        "sample_count": post.sample_count == stored.sample_count,
        "object_timerange": _text(post.object_timerange) in {None, stored.object_timerange},
        "key_frame_count": post.key_frame_count in {None, stored.key_frame_count},
        "init_object_id": post.init_object_id in {None, stored.init_object_id},
        "get_urls": _has_urls(post, instances),
        "tags": post.tags is None or post.tags == (stored.tags or {}),
    }
    return [name for name, same in alike.items() if not same]


def _has_urls(post: FlowSegmentPost, instances: Sequence[Instance]) -> bool:
    known = {(instance.label, instance.url) for instance in instances}
    return all((given.label, given.url) in known for given in post.get_urls or ())


def _ns(ts_offset: str | None) -> int:
    return 0 if ts_offset is None else Timestamp.parse(ts_offset).ns


def _text(value: object) -> str | None:
    return None if value is None else str(value)
