"""Working off a deletion request in steps, whatever happens to the Flow in the meantime (DEL)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tams.deadline import RESERVE_SECONDS, invocation
from tams.errors import NotFoundError
from tams.models.caller import EVERYONE
from tams.models.deletion_request import DeletionRequest
from tams.services.deletion.deletion import DeletionService
from tams.services.deletion.requests import DeletionRequestService
from tams.timing import TimeRange
from tests.unit.services.world import ALL_TIME, World, holding, of


def requests_of(world: World, step_segments: int = 2) -> DeletionRequestService:
    service = DeletionRequestService.of(world.platform, world.caller)
    return replace(service, step_segments=step_segments)


def accepted(world: World, flow_id: str, timerange: TimeRange = ALL_TIME) -> DeletionRequest:
    service = replace(DeletionService.of(world.platform, EVERYONE), at_once=1)
    request = service.delete_segments(flow_id, timerange)
    assert request is not None
    return request


def test_it_is_done_step_by_step_and_the_flow_is_as_it_should_be(world: World) -> None:
    flow_id = world.flow()
    objects = world.segments(flow_id, 7)
    request = accepted(world, flow_id, TimeRange.parse("[1:0_6:0)"))

    requests_of(world).work_off(request.id)

    stored = world.stored(flow_id)
    assert (stored.deleting, stored.timeline.segment_count) == ({}, 2)
    assert world.listed(flow_id) == ["[0:0_1:0)", "[6:0_7:0)"]
    assert sorted(world.platform.noted.object_cleanup.bodies) == sorted(objects[1:6])
    done = requests_of(world).get(request.id)
    assert (done.status, str(done.timerange_remaining)) == ("done", "()")


def test_each_step_is_durable_and_says_what_remains(world: World) -> None:
    flow_id = world.flow()
    world.segments(flow_id, 5)
    request = accepted(world, flow_id)
    requests = requests_of(world)

    with invocation(lambda: RESERVE_SECONDS - 1):
        requests.work_off(request.id)

    begun = requests.get(request.id)
    assert (begun.status, str(begun.timerange_remaining)) == ("started", "[2:0_5:0)")
    assert world.stored(flow_id).timeline.segment_count == 3
    assert world.platform.noted.deletions.bodies == [request.id, request.id], "another goes on"
    requests.work_off(request.id)
    assert requests.get(request.id).status == "done"


def test_what_comes_after_the_request_stays(world: World) -> None:
    flow_id = world.flow()
    world.segments(flow_id, 3)
    request = accepted(world, flow_id)
    world.segments(flow_id, 2, first=3)

    requests_of(world).work_off(request.id)

    assert world.listed(flow_id) == ["[3:0_4:0)", "[4:0_5:0)"]
    assert world.spans(flow_id) == "[3:0_5:0)"


def test_what_is_being_deleted_cannot_be_written_again(world: World) -> None:
    flow_id = world.flow()
    world.segments(flow_id, 3)
    request = accepted(world, flow_id, TimeRange.parse("[0:0_2:0)"))
    (new,) = world.allocate(flow_id)

    (fault,) = world.register(flow_id, {"object_id": new, "timerange": "[1:0_3:0)"})

    assert request.id in fault.reason


def test_done_twice_changes_nothing(world: World) -> None:
    flow_id = world.flow()
    world.segments(flow_id, 2)
    request = accepted(world, flow_id)
    requests = requests_of(world, step_segments=10)
    requests.work_off(request.id)
    cleaned = list(world.platform.noted.object_cleanup.sent)

    requests.work_off(request.id)

    assert world.platform.noted.object_cleanup.sent == cleaned


def test_a_failed_one_says_why_and_may_be_taken_up_again(world: World) -> None:
    flow_id = world.flow()
    world.segments(flow_id, 2)
    request = accepted(world, flow_id)
    requests = requests_of(world)

    requests.fail(request.id, "a reason")

    failed = requests.get(request.id)
    assert (failed.status, failed.error and failed.error.summary) == ("error", "a reason")
    requests.work_off(request.id)
    assert (requests.get(request.id).status, requests.get(request.id).error) == ("done", None)


@pytest.mark.parametrize(("idle_for", "sent"), [(-1, False), (0, False), (1, True)])
def test_the_sweeper_takes_up_what_nobody_has_touched_for_so_long(
    world: World, idle_for: int, sent: bool
) -> None:
    flow_id = world.flow()
    world.segments(flow_id, 2)
    request = accepted(world, flow_id)
    requests = requests_of(world)
    world.platform.noted.deletions.sent.clear()

    world.platform.time.now += requests.idle + timedelta(microseconds=idle_for)
    requests.sweep()

    assert (request.id in world.platform.noted.deletions.bodies) is sent
    requests.work_off(request.id)


def test_it_has_expired_from_the_moment_it_says_swept_or_not(world: World) -> None:
    flow_id = world.flow()
    world.segments(flow_id, 2)
    request = accepted(world, flow_id)
    requests = requests_of(world, step_segments=10)
    requests.work_off(request.id)
    done = requests.get(request.id)
    assert done.expiry == world.platform.time.now + requests.kept_for

    world.platform.time.now = done.expiry
    with pytest.raises(NotFoundError):
        requests.get(request.id)
    world.platform.time.pass_(seconds=1)
    requests.sweep()
    with pytest.raises(NotFoundError):
        requests.fail(request.id, "not there")


def test_who_may_delete_the_flow_now_may_see_its_request(world: World) -> None:
    flow_id = world.flow(tags=of("news"))
    world.segments(flow_id, 2)
    request = accepted(world, flow_id)

    seen = requests_of(world.as_(holding(delete="news"))).get(request.id)
    assert seen.timerange_remaining is None, "what a Flow has is for readers"
    whole = requests_of(world.as_(holding(delete="news", read="news"))).get(request.id)
    assert whole.timerange_remaining is not None
    with pytest.raises(NotFoundError):
        requests_of(world.as_(holding(delete="sport"))).get(request.id)
