"""An Object that many Segments use is deleted by one deletion request, some Segments at a time."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from tams import deadline
from tams.errors import ConflictError, ForbiddenError, NotFoundError
from tams.models.caller import EVERYONE, Caller
from tams.models.deletion_request import DeletionRequest, DeletionStatus
from tams.ports import Repositories
from tams.services.deletion import object_uses
from tams.services.deletion.cascades import step_of_cascade
from tams.services.deletion.disposal import DeletionOptions
from tams.services.deletion.objects import FLOWS_MAX
from tams.services.deletion.requests import DeletionRequestService
from tams.services.flows.properties import FlowPropertyService
from tams.services.objects.objects import ObjectService
from tams.timing.microseconds import from_us
from tests.in_process import Platform
from tests.unit.services.binned import DAY, BinWorld
from tests.unit.services.world import holding, of

CASCADE = DeletionOptions(cascade=True)
AT_ONCE = 10


@pytest.fixture(params=[0, 7 * DAY], ids=["no bin", "bin"])
def world(request: pytest.FixtureRequest, platform: Platform) -> BinWorld:
    world = BinWorld(platform, at_once=AT_ONCE)
    world.keep_for(request.param)
    return world


@pytest.fixture
def binned(platform: Platform) -> BinWorld:
    world = BinWorld(platform, at_once=AT_ONCE)
    world.keep_for(7 * DAY)
    return world


def use(object_id: str, at: int) -> dict[str, str]:
    return {
        "object_id": object_id,
        "timerange": f"[{at}:0_{at + 1}:0)",
        "ts_offset": f"{at}:0",
    }


def used_again(world: BinWorld, flow_id: str, object_id: str, seconds: range) -> None:
    assert world.register(flow_id, *(use(object_id, at) for at in seconds)) == []


def begun(world: BinWorld, object_id: str, options: DeletionOptions = CASCADE) -> DeletionRequest:
    request = world.delete_object(object_id, options)
    assert request is not None
    return request


def is_shown(world: BinWorld, object_id: str) -> bool:
    try:
        ObjectService.of(world.platform, EVERYONE).get(object_id)
    except NotFoundError:
        return False
    return True


def state(world: BinWorld, request: DeletionRequest) -> DeletionRequest:
    return DeletionRequestService.of(world.platform, EVERYONE).get(request.id)


def step_and_die(world: BinWorld, request: DeletionRequest) -> bool:
    """One step by a worker that dies after its transaction. Whether there is more to do."""

    def work(repositories: Repositories) -> bool:
        stored = repositories.deletion_requests.get(request.id)
        stored, more, _ = step_of_cascade(repositories, stored, world.platform.clock(), AT_ONCE)
        repositories.deletion_requests.save(stored)
        return more

    return world.write(work)


def after(world: BinWorld, request: DeletionRequest) -> None:
    """Let time pass until what is created is younger than all that the request covers."""
    cascade = world.read(lambda it: it.deletion_requests.get(request.id)).cascade
    assert cascade is not None
    world.platform.time.now = from_us(cascade.created_until_us) + timedelta(seconds=1)


def test_many_segments_of_two_flows_go_step_by_step_and_come_back_together(
    world: BinWorld,
) -> None:
    first, second = world.flow(), world.flow()
    object_id, other_id = world.segments(first, 2)
    used_again(world, first, object_id, range(10, 35))
    used_again(world, second, object_id, range(4, 7))

    request = begun(world, object_id)

    assert (request.object_id, request.delete_flow) == (object_id, False)
    assert request.flow_id == min(first, second)
    assert world.platform.noted.deletions.bodies[-1] == request.id
    assert step_and_die(world, request)
    assert step_and_die(world, request)
    left = len(world.listed(first)) + len(world.listed(second))
    assert left == 30 - 2 * AT_ONCE
    world.work_off(request.id)

    assert state(world, request).status is DeletionStatus.DONE
    assert (world.listed(first), world.listed(second)) == (["[1:0_2:0)"], [])
    assert not is_shown(world, object_id)
    assert is_shown(world, other_id)
    for flow_id, count in ((first, 26), (second, 3)):
        told = [each for each in world.events(flow_id) if each["event_type"].endswith("_deleted")]
        assert len(told) >= 1, count
    entries = world.bin(deletion_id=request.id)
    if not entries:
        assert world.platform.noted.object_cleanup.bodies == [object_id]
        return
    assert sorted((each.flow_id, each.segment_count) for each in entries) == sorted(
        [(first, 26), (second, 3)]
    )
    assert world.platform.noted.object_cleanup.sent == []
    restored = world.restore_deletion(request.id)
    assert (restored.segment_count, restored.entries_left) == (29, None)
    assert set(restored.flow_ids) == {first, second}
    assert len(world.listed(first)) == 27
    assert len(world.listed(second)) == 3
    assert is_shown(world, object_id)
    assert world.bin(deletion_id=request.id) == []
    with pytest.raises(NotFoundError):
        world.restore_deletion(request.id)


def test_many_flows_are_looked_up_again(binned: BinWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """More Flows than one request lists."""
    monkeypatch.setattr(object_uses, "LISTED_FLOWS", 20)
    flows = [binned.flow(tags=of("news")) for _ in range(FLOWS_MAX + 1)]
    (object_id,) = binned.segments(flows[0], 1)
    for each in flows[1:]:
        used_again(binned, each, object_id, range(3, 4))
    alice = BinWorld(binned.platform, holding(read="news", delete="news"), at_once=AT_ONCE)
    request = begun(alice, object_id)
    sport = binned.flow(tags=of("sport"))
    used_again(binned, sport, object_id, range(3, 4))

    binned.work_off(request.id)

    assert not any(binned.listed(each) for each in flows)
    assert len(binned.listed(sport)) == 1
    assert len(binned.bin(deletion_id=request.id)) == len(flows)
    assert state(binned, request).status is DeletionStatus.DONE


def test_what_comes_later_or_becomes_read_only_stays(binned: BinWorld) -> None:
    flow_id, locked, gone = binned.flow(), binned.flow(), binned.flow()
    (object_id,) = binned.segments(flow_id, 1)
    used_again(binned, flow_id, object_id, range(1, AT_ONCE + 1))
    for each in (locked, gone):
        used_again(binned, each, object_id, range(3, 4))
    request = begun(binned, object_id)
    after(binned, request)
    used_again(binned, flow_id, object_id, range(20, 21))
    FlowPropertyService.of(binned.platform, EVERYONE).set_read_only(locked, True)
    binned.delete_flow(gone)

    binned.work_off(request.id)

    assert binned.listed(flow_id) == ["[20:0_21:0)"]
    assert binned.listed(locked) == ["[3:0_4:0)"]
    assert is_shown(binned, object_id)
    assert binned.restore.flow(gone).segment_count == 1


def test_an_init_object_goes_with_all_that_need_it(world: BinWorld) -> None:
    size = {"frame_width": 1920, "frame_height": 1080}
    parameters = {"init_segments": True, "vfr": True, **size}
    flow_id = world.flow(essence_parameters=parameters)
    init_id, *media = world.allocate(flow_id, 24)
    another, kept = world.allocate(flow_id, 2)
    posts = [
        {"object_id": each, "init_object_id": init_id, "timerange": f"[{at}:0_{at + 1}:0)"}
        for at, each in enumerate(media)
    ]
    posts.append({"object_id": kept, "init_object_id": another, "timerange": "[50:0_51:0)"})
    assert world.register(flow_id, *posts) == []

    request = begun(world, init_id)
    world.work_off(request.id)

    assert world.listed(flow_id) == ["[50:0_51:0)"]
    assert not any(is_shown(world, each) for each in (init_id, *media))
    if world.bin(deletion_id=request.id):
        assert world.restore_deletion(request.id).segment_count == 23
        assert is_shown(world, init_id)
    else:
        assert set(world.platform.noted.object_cleanup.bodies) == {init_id, *media}


def test_what_is_in_the_way_is_said_before_anything_is_deleted(binned: BinWorld) -> None:
    news, sport = binned.flow(tags=of("news")), binned.flow(tags=of("sport"))
    (object_id,) = binned.segments(news, 1)
    used_again(binned, news, object_id, range(1, AT_ONCE + 1))
    used_again(binned, sport, object_id, range(3, 4))
    alice = BinWorld(binned.platform, holding(read="news", write="news", delete="news"))
    with pytest.raises(ForbiddenError) as refused:
        alice.delete_object(object_id, CASCADE)
    assert sport not in str(refused.value)
    FlowPropertyService.of(binned.platform, EVERYONE).set_read_only(sport, True)
    with pytest.raises(ForbiddenError, match="read-only"):
        binned.delete_object(object_id, CASCADE)
    assert binned.platform.noted.deletions.sent == []
    assert len(binned.listed(news)) == AT_ONCE + 1


def test_a_restore_waits_for_the_request(binned: BinWorld) -> None:
    flow_id, other = binned.flow(), binned.flow()
    (object_id,) = binned.segments(flow_id, 1)
    used_again(binned, flow_id, object_id, range(1, 2 * AT_ONCE))
    used_again(binned, other, object_id, range(3, 5))
    binned.delete_segments(other, "[3:0_4:0)")
    request = begun(binned, object_id)
    step_and_die(binned, request)

    tries: list[Callable[[], object]] = [
        lambda: binned.restore_segments(flow_id),
        lambda: binned.restore_segments(other),
        lambda: binned.restore_deletion(request.id),
        lambda: binned.restore.entry(binned.bin_of(other)[0].id),
    ]
    for attempt in tries:
        with pytest.raises(ConflictError, match=f"deletion request '{request.id}' is still"):
            attempt()

    binned.work_off(request.id)
    assert binned.restore_segments(other).segment_count == 2
    assert binned.restore_deletion(request.id).segment_count == 2 * AT_ONCE


def test_asking_again_leads_to_the_same_request(binned: BinWorld) -> None:
    flow_id = binned.flow()
    (object_id,) = binned.segments(flow_id, 1)
    used_again(binned, flow_id, object_id, range(1, 2 * AT_ONCE))
    request = begun(binned, object_id)
    assert begun(binned, object_id).id == request.id
    step_and_die(binned, request)
    assert len(binned.listed(flow_id)) == AT_ONCE, "few enough to delete at once"

    assert begun(binned, object_id).id == request.id
    with pytest.raises(ConflictError, match=f"by deletion request '{request.id}', with another"):
        binned.delete_object(object_id, DeletionOptions(soft_delete=False, cascade=True))

    binned.work_off(request.id)
    (entry,) = binned.bin(deletion_id=request.id)
    assert entry.segment_count == 2 * AT_ONCE


def test_what_is_restored_is_told_when_something_is_in_the_way(binned: BinWorld) -> None:
    flows = sorted(binned.flow() for _ in range(2))
    (object_id,) = binned.segments(flows[0], 1)
    used_again(binned, flows[0], object_id, range(1, AT_ONCE + 1))
    used_again(binned, flows[1], object_id, range(3, 4))
    request = begun(binned, object_id)
    binned.work_off(request.id)
    (new_id,) = binned.segments(flows[1], 1, first=3)

    with pytest.raises(ConflictError, match=r"after 11 Segments of 1 Flows: .*overlap \[3:0_4:0\)"):
        binned.restore_deletion(request.id)

    assert len(binned.listed(flows[0])) == AT_ONCE + 1
    assert len(binned.bin(deletion_id=request.id)) == 1
    assert is_shown(binned, new_id)


@pytest.fixture
def little_time() -> Iterator[None]:
    with deadline.invocation(lambda: 1.0):
        yield


@pytest.mark.usefixtures("little_time")
def test_a_restore_that_runs_out_of_time_is_repeated(binned: BinWorld) -> None:
    flow_id = binned.flow()
    (object_id,) = binned.segments(flow_id, 1)
    used_again(binned, flow_id, object_id, range(1, 25))
    request = begun(binned, object_id)
    for _ in range(3):
        binned.work_off(request.id)
    assert state(binned, request).status is DeletionStatus.DONE

    parts = [binned.restore_deletion(request.id) for _ in range(3)]

    assert [each.segment_count for each in parts] == [10, 10, 5]
    assert [each.entries_left for each in parts] == [1, 1, None]
    assert len(binned.listed(flow_id)) == 25


def test_the_bin_tells_nothing_to_those_who_may_not_read(binned: BinWorld) -> None:
    news, sport = binned.flow(tags=of("news")), binned.flow(tags=of("sport"))
    (object_id,) = binned.segments(news, 1)
    used_again(binned, news, object_id, range(1, AT_ONCE))
    used_again(binned, sport, object_id, range(3, 5))
    request = begun(binned, object_id)
    binned.work_off(request.id)

    def seen(caller: Caller) -> BinWorld:
        return BinWorld(binned.platform, caller, at_once=AT_ONCE)

    with pytest.raises(NotFoundError):
        seen(holding(read="drama", write="drama", delete="drama")).restore_deletion(request.id)
    with pytest.raises(ForbiddenError):
        seen(holding(read="news")).restore_deletion(request.id)
    editor = holding(read="news", write="news", delete="news")
    restored = seen(editor).restore_deletion(request.id)
    assert restored.flow_ids == (news,)
    assert binned.listed(sport) == []
