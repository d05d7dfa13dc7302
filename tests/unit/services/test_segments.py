"""Segments: what a POST writes, in one transaction, and what a page returns (SEG)."""

from typing import Any

import pytest

from tams.errors import ForbiddenError, InvalidRequestError, NotFoundError
from tams.models.caller import EVERYONE
from tams.models.flow_segment import FlowSegmentPost, SegmentFault, parse_segments_post
from tams.models.stored_objects import ObjectState
from tams.services.segments import requests as module
from tams.services.segments.segments import FlowSegmentService
from tams.services.segments.window import PageRequest
from tams.timing import TimeRange
from tests.unit.services.world import ALL_TIME, World, holding, of


def service(world: World) -> FlowSegmentService:
    return FlowSegmentService.of(world.platform, world.caller)


def posts(*bodies: dict[str, Any]) -> list[FlowSegmentPost | SegmentFault]:
    return list(parse_segments_post(list(bodies)).entries)


def test_the_good_ones_are_stored_and_the_others_named(world: World) -> None:
    flow_id = world.flow()
    one, other = world.allocate(flow_id, 2)

    faults = world.register(
        flow_id,
        {"object_id": one, "timerange": "[0:0_2:0)"},
        {"object_id": "nobody's", "timerange": "[2:0_3:0)"},
        {"object_id": other, "timerange": "[1:0_3:0)"},
        {"object_id": other, "timerange": "[2:0_3:0)"},
    )

    assert [each.segment.object_id for each in faults] == ["nobody's", other]
    assert world.listed(flow_id) == ["[0:0_2:0)", "[2:0_3:0)"]
    assert world.stored(flow_id).timeline.segment_count == 2


def test_a_single_one_that_fails_is_an_error_and_leaves_nothing(world: World) -> None:
    flow_id = world.flow()
    before = world.stored(flow_id)

    with pytest.raises(InvalidRequestError, match="does not exist"):
        service(world).register(
            flow_id, posts({"object_id": "x", "timerange": "[0:0_1:0)"}), single=True
        )
    assert world.stored(flow_id) == before


def test_a_flow_without_container_takes_none(world: World) -> None:
    flow_id = world.flow(container=None)

    with pytest.raises(InvalidRequestError, match="'container' is not set"):
        world.register(flow_id, {"object_id": "x", "timerange": "[0:0_1:0)"})


def test_the_timeline_grows_at_both_ends(world: World) -> None:
    flow_id = world.flow()
    world.segments(flow_id, 1, first=10)
    world.segments(flow_id, 1, first=5)
    assert world.spans(flow_id) == "[5:0_11:0)"
    (last,) = world.allocate(flow_id)
    world.register(flow_id, {"object_id": last, "timerange": "[20:0_21:0]"})
    assert world.spans(flow_id) == "[5:0_21:0]"


def test_another_url_of_an_object_in_use_shows_on_its_earlier_segments(world: World) -> None:
    one, other = world.flow(), world.flow()
    (object_id,) = world.segments(one, 1)
    url = {"url": "https://example.com/a.ts", "label": "theirs"}

    world.register(other, {"object_id": object_id, "timerange": "[0:0_1:0)", "get_urls": [url]})

    (segment,) = service(world).list_(one, PageRequest(ALL_TIME, 5)).segments
    assert [each.label for each in segment.instances] == [None, "theirs"]
    (segment,) = service(world).list_(other, PageRequest(ALL_TIME, 5)).segments
    assert [each.label for each in segment.instances] == [None, "theirs"]


def test_a_repetition_writes_no_event(world: World) -> None:
    flow_id = world.flow()
    (object_id,) = world.segments(flow_id, 1)
    before = world.stored(flow_id)

    assert world.register(flow_id, {"object_id": object_id, "timerange": "[0:0_1:0)"}) == []

    assert world.stored(flow_id) == before
    assert world.event_types(flow_id) == ["flows/created", "flows/segments_added"]


def test_an_upload_registers_only_what_nobody_has_used(world: World) -> None:
    flow_id = world.flow()
    (object_id,) = world.segments(flow_id, 1)
    post = posts({"object_id": object_id, "timerange": "[1:0_2:0)", "ts_offset": "1:0"})

    (fault,) = service(world).register(flow_id, post, single=False, by_upload=True)

    assert "already in use" in fault.reason
    assert service(world).register(flow_id, post, single=False) == []


def test_pages_go_on_after_the_last_segment(world: World) -> None:
    flow_id = world.flow()
    world.segments(flow_id, 5)
    first = service(world).list_(flow_id, PageRequest(ALL_TIME, 2))
    assert (str(first.timerange), first.next_ns) == ("[0:0_2:0)", 10**9)

    last = service(world).list_(flow_id, PageRequest(ALL_TIME, 3, cursor_ns=first.next_ns))

    assert (str(last.timerange), last.next_ns) == ("[2:0_5:0)", None)


def test_segments_of_one_object_are_found_wherever_they_are(world: World) -> None:
    flow_id = world.flow()
    (object_id, *_) = world.segments(flow_id, 3)
    world.register(
        flow_id, {"object_id": object_id, "timerange": "[900:0_901:0)", "ts_offset": "900:0"}
    )

    page = service(world).list_(flow_id, PageRequest(ALL_TIME, 10), object_id)
    assert [str(each.timerange) for each in page.segments] == ["[0:0_1:0)", "[900:0_901:0)"]
    within = PageRequest(TimeRange.parse("[2:0_901:0)"), 10)
    page = service(world).list_(flow_id, within, object_id)
    assert [str(each.timerange) for each in page.segments] == ["[900:0_901:0)"]


def test_an_unknown_flow_has_none_and_one_out_of_reach_is_forbidden_or_unknown(
    world: World,
) -> None:
    flow_id = world.flow(tags=of("news"))
    world.segments(flow_id, 1)

    def found(**held: str) -> int:
        reader = service(world.as_(holding(**held)))
        return len(reader.list_(flow_id, PageRequest(ALL_TIME, 5)).segments)

    assert found(read="news") == 1
    assert found(read="sport") == found() == 0
    with pytest.raises(ForbiddenError):
        found(write="news")
    assert service(world).list_("unknown", PageRequest(ALL_TIME, 5)).segments == []
    with pytest.raises(NotFoundError):
        world.register("unknown", {"object_id": "x", "timerange": "[0:0_1:0)"})


def test_a_writer_who_may_not_read_is_not_told_what_is_there(world: World) -> None:
    flow_id = world.flow(tags=of("news"))
    (there,) = world.segments(flow_id, 1)
    writer = world.as_(holding(write="news"))
    (mine,) = writer.allocate(flow_id)

    (fault,) = writer.register(flow_id, {"object_id": mine, "timerange": "[0:0_2:0)"})
    assert there not in fault.reason
    (told,) = world.register(flow_id, {"object_id": mine, "timerange": "[0:0_2:0)"})
    assert there in told.reason


def test_an_object_out_of_reach_cannot_be_taken_into_ones_own_flow(world: World) -> None:
    (hidden,) = world.segments(world.flow(tags=of("sport")), 1)
    writer = world.as_(holding(read="news", write="news"))
    flow_id = writer.flow(tags=of("news"))

    (fault,) = writer.register(flow_id, {"object_id": hidden, "timerange": "[0:0_1:0)"})

    assert "cannot be used here" in fault.reason


def test_more_faults_than_an_answer_holds_store_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    flow_id = world.flow()
    (good,) = world.allocate(flow_id)
    bodies = [
        {"object_id": good, "timerange": "[0:0_1:0)"},
        {"object_id": "x", "timerange": "[1:0_2:0)"},
        {"object_id": "y", "timerange": "[2:0_3:0)"},
    ]
    monkeypatch.setattr(module, "_FAULTS_BYTES_MAX", 600)

    with pytest.raises(InvalidRequestError, match="none was stored"):
        world.register(flow_id, *bodies)

    assert world.listed(flow_id) == []
    assert (stored := world.object(good)) is not None
    assert stored.state is ObjectState.ALLOCATED
    assert (
        FlowSegmentService.of(world.platform, EVERYONE).register(
            flow_id, posts(bodies[0]), single=True
        )
        == []
    )
