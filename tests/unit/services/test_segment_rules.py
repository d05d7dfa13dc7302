"""Which Segments a Flow accepts and rejects, rule by rule."""

from dataclasses import replace
from typing import Any

import pytest

from tams.errors import InvalidRequestError
from tams.models.flow import Flow
from tams.models.flow_segment import FlowSegmentPost
from tams.models.stored import StoredSegment
from tams.models.stored_objects import Instance, ObjectKind, ObjectState, StoredObject
from tams.services.segments.occupied import lookback_spans
from tams.services.segments.rules import Registration
from tams.timing import TimeRange
from tests.builders import a_video_flow

BACKEND = Instance(storage_id="3b241101-e2bb-4255-8caf-4136c566a962")


def an_object(object_id: str, flow: Flow, **changes: Any) -> StoredObject:
    stored = StoredObject(object_id, ObjectState.ALLOCATED, flow.id, (BACKEND,))
    return replace(stored, **changes)


def in_use(
    object_id: str, flow: Flow, timerange: str = "[0:0_10:0)", **changes: Any
) -> StoredObject:
    return an_object(
        object_id,
        flow,
        state=ObjectState.REFERENCED,
        kind=ObjectKind.MEDIA,
        timerange=TimeRange.parse(timerange),
        reference_count=1,
        **changes,
    )


def a_segment(timerange: TimeRange, flow: Flow) -> StoredSegment:
    return StoredSegment(flow.id, timerange, "there", (BACKEND,))


def a_registration(flow: Flow, *objects: StoredObject, taken: tuple[str, ...] = ()) -> Registration:
    return Registration(
        flow=flow,
        objects={stored.id: stored for stored in objects},
        near=[a_segment(TimeRange.parse(text), flow) for text in taken],
        deleting={},
        backend_labels=frozenset({"local"}),
        now_us=0,
    )


def a_post(**fields: Any) -> FlowSegmentPost:
    return FlowSegmentPost.from_body({"object_id": "a", "timerange": "[0:0_1:0)", **fields})


FLOW = a_video_flow()
OTHER = a_video_flow(id="9f0c3e3a-5f0a-4d55-9a3c-0b6f5b1f5a11")
INIT_FLOW = a_video_flow(init_segments=True)


@pytest.mark.parametrize(
    ("taken", "posted", "accepted"),
    [
        ("[1:0_2:0)", "[0:0_1:0)", True),
        ("[1:0_2:0)", "[2:0_3:0)", True),
        ("[1:0_2:0)", "[2:0]", True),
        ("[0:0_1:0]", "[1:0_2:0)", False),
        ("[0:0_1:0)", "[0:999999999_2:0)", False),
        ("[0:0_10:0)", "[4:0_5:0)", False),
        ("[4:0_5:0)", "[0:0_10:0)", False),
        ("[1:0]", "[1:0]", False),
    ],
)
def test_segments_of_a_flow_never_overlap(taken: str, posted: str, accepted: bool) -> None:
    registration = a_registration(FLOW, an_object("a", FLOW), taken=(taken,))

    if accepted:
        registration.take(a_post(timerange=posted))
        assert len(registration.segments) == 1
    else:
        with pytest.raises(InvalidRequestError, match="overlaps"):
            registration.take(a_post(timerange=posted))


def test_a_later_segment_of_one_request_must_not_overlap_an_earlier_one() -> None:
    registration = a_registration(FLOW, an_object("a", FLOW), an_object("b", FLOW))
    registration.take(a_post(timerange="[0:0_2:0)"))

    with pytest.raises(InvalidRequestError, match="overlaps"):
        registration.take(a_post(object_id="b", timerange="[1:0_3:0)"))

    assert [segment.object_id for segment in registration.segments] == ["a"]
    assert "b" not in registration.changed


@pytest.mark.parametrize(
    ("flow", "stored", "fields", "reason"),
    [
        (FLOW, None, {}, "does not exist"),
        (FLOW, None, {"get_urls": []}, "does not exist"),
        (FLOW, an_object("a", OTHER), {}, "another Flow"),
        (FLOW, an_object("a", FLOW, state=ObjectState.DOOMED), {}, "being deleted"),
        (FLOW, in_use("a", OTHER), {"object_timerange": "[0:0_9:0)"}, "object_timerange"),
        (FLOW, in_use("a", OTHER, key_frame_count=2), {"key_frame_count": 3}, "key_frame_count"),
        (FLOW, in_use("a", OTHER), {"timerange": "[9:0_11:0)"}, "holds only"),
        (FLOW, in_use("a", OTHER), {"ts_offset": "1:0"}, "holds only"),
        (FLOW, an_object("a", FLOW), {"init_object_id": "i"}, "no init_segments"),
        (INIT_FLOW, an_object("a", FLOW), {}, "init_object_id is required"),
        (INIT_FLOW, an_object("a", FLOW), {"init_object_id": "i"}, "does not exist"),
        (
            FLOW,
            an_object("a", FLOW),
            {"get_urls": [{"url": "http://a/b", "label": "local"}]},
            "is in use",
        ),
    ],
)
def test_a_segment_that_breaks_a_rule_is_refused_and_changes_nothing(
    flow: Flow, stored: StoredObject | None, fields: dict[str, Any], reason: str
) -> None:
    registration = a_registration(flow, *([stored] if stored else []))

    with pytest.raises(InvalidRequestError, match=reason):
        registration.take(a_post(**fields))

    assert not registration.segments
    assert not registration.changed
    assert not registration.created


def test_the_first_registration_fixes_what_belongs_to_the_object() -> None:
    registration = a_registration(FLOW, an_object("a", FLOW))

    registration.take(a_post(timerange="[10:0_11:0)", ts_offset="10:0", key_frame_count=1))

    changed = registration.changed["a"]
    assert changed.kind is ObjectKind.MEDIA
    assert changed.state is ObjectState.REFERENCED
    assert str(changed.timerange) == "[0:0_1:0)"
    assert changed.key_frame_count == 1
    assert changed.reference_count == 1


def test_any_flow_may_use_an_object_again_once_it_is_registered() -> None:
    registration = a_registration(FLOW, in_use("a", OTHER))

    registration.take(a_post(timerange="[0:0_5:0)"))
    registration.take(a_post(timerange="[5:0_10:0)"))

    assert registration.changed["a"].reference_count == 3


def test_an_object_from_elsewhere_is_taken_with_a_url_to_find_it() -> None:
    registration = a_registration(FLOW)

    registration.take(a_post(get_urls=[{"url": "http://a/b", "label": "archive"}]))

    created = registration.created["a"]
    assert created.instances == (Instance(url="http://a/b", label="archive"),)
    assert not registration.changed


def test_an_init_object_is_needed_by_media_objects_not_by_segments() -> None:
    registration = a_registration(
        INIT_FLOW, an_object("a", FLOW), an_object("b", FLOW), an_object("i", FLOW)
    )

    registration.take(
        a_post(timerange="[0:0_1:0)", object_timerange="[0:0_9:0)", init_object_id="i")
    )
    registration.take(a_post(timerange="[1:0_2:0)"))
    registration.take(a_post(object_id="b", timerange="[2:0_3:0)", init_object_id="i"))

    assert registration.changed["i"].kind is ObjectKind.INIT
    assert registration.changed["i"].reference_count == 2
    assert registration.changed["a"].reference_count == 2
    assert {segment.init_object_id for segment in registration.segments} == {"i"}


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        ({"object_id": "a", "init_object_id": "i"}, {"object_id": "i"}, "initialisation"),
        (
            {"object_id": "a", "init_object_id": "i"},
            {"object_id": "b", "init_object_id": "a"},
            "media Object",
        ),
    ],
)
def test_an_object_is_media_or_init_but_never_both(
    first: dict[str, Any], second: dict[str, Any], reason: str
) -> None:
    objects = (an_object("a", FLOW), an_object("b", FLOW), an_object("i", FLOW))
    registration = a_registration(INIT_FLOW, *objects)
    registration.take(a_post(**first))

    with pytest.raises(InvalidRequestError, match=reason):
        registration.take(a_post(timerange="[5:0_6:0)", **second))


def test_the_look_back_reaches_as_far_as_the_longest_segment_and_merges_neighbours() -> None:
    posts = [a_post(timerange=text) for text in ("[10:0_11:0)", "[11:0_12:0)", "[90:0_91:0)")]

    spans = lookback_spans([each.timerange for each in posts], longest_ns=5 * 10**9)

    assert spans == [(5 * 10**9, 12 * 10**9 - 1), (85 * 10**9, 91 * 10**9 - 1)]


def test_a_segment_that_is_still_being_deleted_is_not_there_to_be_repeated() -> None:
    registration = a_registration(FLOW, in_use("there", FLOW), taken=("[0:0_1:0)",))
    registration.deleting = {"request": TimeRange.parse("[0:0_1:0)")}

    with pytest.raises(InvalidRequestError, match="still being deleted"):
        registration.take(a_post(object_id="there"))


@pytest.mark.parametrize("tells_timeline", [True, False])
def test_only_who_may_read_the_flow_learns_what_is_there(tells_timeline: bool) -> None:
    registration = a_registration(FLOW, in_use("there", FLOW), taken=("[0:0_1:0)",))
    registration.tells_timeline = tells_timeline

    with pytest.raises(InvalidRequestError, match="an existing segment") as refused:
        registration.take(a_post(object_id="there", key_frame_count=3))

    assert ("'there', which differs in key_frame_count" in str(refused.value)) is tells_timeline


def test_a_repeated_upload_registers_nothing_more() -> None:
    registration = a_registration(FLOW, in_use("there", FLOW), taken=("[0:0_1:0)",))
    registration.by_upload = True

    registration.take(a_post(object_id="there"))

    assert not registration.segments
    assert not registration.changed
