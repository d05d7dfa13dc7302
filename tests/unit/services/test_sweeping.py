"""Work of the sweeper that does not fit into one transaction, or into one run."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from functions.sweeper import app
from tams.deadline import invocation
from tams.models.delivery import Answer
from tams.models.flow_storage import FlowStoragePost
from tams.models.stored_objects import ObjectState
from tams.services.events import log as event_log
from tams.services.events.log import EventLog, EventQuery
from tams.services.flows.properties import FlowPropertyService
from tams.services.objects import cleanup
from tams.services.objects.cleanup import ObjectCleanupService
from tams.services.storage import uploads
from tams.services.storage.media_storage import MediaStorageService
from tams.services.storage.uploads import UploadService
from tams.services.webhooks.relay import EventRelay
from tests.unit.services.test_delivery import deliver, webhook
from tests.unit.services.world import World

NO_TIME = 5.0
"""Seconds left: too few for another step."""


def change(world: World, flow_id: str, times: int) -> None:
    for number in range(times):
        FlowPropertyService.of(world.platform, world.caller).set(flow_id, "label", str(number))
    EventRelay.of(world.platform).relay()


def log_of(world: World, **age: float) -> EventLog:
    """The log when so much time has passed."""
    then = world.platform.time.now + timedelta(**age)
    return replace(EventLog.of(world.platform, world.caller), clock=lambda: then)


def places_kept(world: World) -> list[str]:
    page = log_of(world).page(EventQuery(limit=100))
    return [str(item["event_type"]) for _, item in page.items]


@pytest.fixture
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few rows are as good as thousands, and take less time."""
    monkeypatch.setattr(event_log, "EXPIRED_MAX", 3)
    monkeypatch.setattr(cleanup, "SWEEP_LIMIT", 3)
    monkeypatch.setattr(uploads, "LOOKED_AFTER_MAX", 2)
    monkeypatch.setattr(uploads, "_FOUND_MAX", 3)


@pytest.mark.usefixtures("small_steps")
def test_all_old_events_go_in_one_run(fresh_world: World) -> None:
    change(fresh_world, fresh_world.flow(), 8)

    assert log_of(fresh_world, days=8).expire() == 10
    assert places_kept(fresh_world) == []
    assert log_of(fresh_world, days=8).expire() == 0


@pytest.mark.usefixtures("small_steps")
def test_a_run_without_time_forgets_a_step_and_the_next_continues(fresh_world: World) -> None:
    change(fresh_world, fresh_world.flow(), 8)

    with invocation(lambda: NO_TIME):
        steps = [log_of(fresh_world, days=8).expire() for _ in range(5)]

    assert steps == [3, 3, 3, 1, 0]


@pytest.mark.usefixtures("small_steps")
def test_events_that_a_webhook_waits_for_stay_and_hold_up_no_others(fresh_world: World) -> None:
    world = fresh_world
    behind = webhook(world, events=["flows/updated"])
    world.platform.receivers.answers[behind] = Answer("it answered 500")
    change(world, world.flow(), 8)
    deliver(world, behind)
    world.flow()
    EventRelay.of(world.platform).relay()
    world.platform.receivers.answers.clear()

    assert log_of(world, days=8).expire() == 4, "the oldest and the newest: the others stay"
    assert set(places_kept(world)) == {"flows/updated"}

    world.platform.time.pass_(hours=1)
    deliver(world, behind)
    assert len(world.platform.receivers.got[behind]) == 8
    assert log_of(world, days=8).expire() == 8


@pytest.mark.usefixtures("small_steps")
def test_all_doomed_objects_are_hinted_at_again_once_in_a_while(fresh_world: World) -> None:
    world = fresh_world
    ids = world.allocate(world.flow(), 10)
    service = ObjectCleanupService.of(world.platform)
    then = world.platform.time.now + service.allocation_timeout + timedelta(seconds=1)
    sent = world.platform.noted.object_cleanup

    assert replace(service, clock=lambda: then).sweep() == 10
    assert sorted(sent.bodies) == sorted(ids)
    assert replace(service, clock=lambda: then).sweep() == 0

    then += service.hint_again_after + timedelta(seconds=1)
    later = replace(service, clock=lambda: then)
    with invocation(lambda: NO_TIME):
        assert later.sweep() == 3
    assert later.sweep() == 7, "the others: those have just been hinted at"
    assert sorted(sent.bodies) == sorted(ids * 2)
    service.clean(ids)
    assert [world.object(each) for each in ids] == [None] * 10


@pytest.mark.usefixtures("small_steps")
def test_every_upload_that_was_not_reported_is_looked_for(fresh_world: World) -> None:
    world = fresh_world
    flow_id = world.flow()
    ids = [each for start in range(7) for each in allocated_at(world, flow_id, [start])]
    ids += allocated_at(world, flow_id, range(10, 12))
    for object_id in ids[1:]:
        stored = world.object(object_id)
        assert stored is not None
        storage_id = stored.instances[0].storage_id
        assert storage_id is not None
        world.platform.bytes.put(storage_id, object_id, b"media", "video/mp2t")
    service = UploadService.of(world.platform)
    then = world.platform.time.now + timedelta(minutes=10)

    with invocation(lambda: NO_TIME):
        steps = [replace(service, clock=lambda: then).sweep() for _ in range(4)]
    assert all(step <= 2 for step in steps)
    total = sum(steps) + replace(service, clock=lambda: then).sweep()

    assert total == len(ids) - 1
    states = [world.object(each) for each in ids]
    assert [it.state for it in states if it] == [
        ObjectState.ALLOCATED,
        *[ObjectState.REFERENCED] * (len(ids) - 1),
    ]


def allocated_at(world: World, flow_id: str, starts: Sequence[int]) -> list[str]:
    """Objects that register a Segment of one second at each start, allocated a second after the last."""
    world.platform.time.pass_(seconds=1)
    segments = [{"timerange": f"[{start}:0_{start + 1}:0)"} for start in starts]
    post = FlowStoragePost.from_body({"segments": segments})
    storage = MediaStorageService.of(world.platform, world.caller).allocate(flow_id, post)
    return [each.object_id for each in storage.media_objects or ()]


def test_the_time_that_is_left_goes_to_what_has_more_to_do(
    fresh_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cleanup, "SWEEP_LIMIT", 3)
    monkeypatch.setattr(app, "SHARE_SECONDS", 0.0)  # for one step
    world = fresh_world
    ids = world.allocate(world.flow(), 10)
    service = ObjectCleanupService.of(world.platform)
    world.platform.time.now += service.allocation_timeout + timedelta(seconds=1)
    for _ in range(service.allocation_timeout // timedelta(minutes=10) + 1):
        service.clock()

    with invocation(lambda: NO_TIME):
        assert app.process(world.platform)["objects"] == 3
    assert app.process(world.platform)["objects"] == 7
    assert sorted(world.platform.noted.object_cleanup.bodies) == sorted(ids)
