"""Many Segments that are added together are announced in several events."""

import pytest

from tams.models.flow import VideoFlow
from tams.models.stored import StoredSegment
from tams.models.timelines import finite
from tams.services.segments.added import EVENT_SEGMENTS_MAX, announced
from tams.timing import TimeRange
from tests.builders import a_video_flow_body

FLOW = VideoFlow.model_validate(a_video_flow_body(tags={"auth_classes": ["news"]}))


@pytest.mark.parametrize("count", [1, EVENT_SEGMENTS_MAX, EVENT_SEGMENTS_MAX + 1, 2_500])
def test_each_event_spans_its_own_segments_in_order(count: int) -> None:
    segments = [
        StoredSegment(FLOW.id, TimeRange.parse(f"[{at}:0_{at + 1}:0)"), "object", ())
        for at in reversed(range(count))
    ]

    marked, events = announced(FLOW, segments, 5)

    assert [finite(each.timerange)[0] for each in marked] == sorted(
        finite(each.timerange)[0] for each in segments
    )
    assert len(events) == -(-count // EVENT_SEGMENTS_MAX)
    assert len({event.id for event in events}) == len(events)
    for event in events:
        own = [each for each in marked if each.event_id == event.id]
        assert 0 < len(own) <= EVENT_SEGMENTS_MAX
        assert event.timerange is not None
        assert all(event.timerange.contains(each.timerange) for each in own)
        assert (event.flow_id, event.created_us) == (FLOW.id, 5)
        assert event.auth_classes == ("news",)
