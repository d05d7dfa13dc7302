"""Requests that wait to register Segments of one Flow share a transaction and an event, nothing else."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from tams.errors import BackendUnavailableError, ForbiddenError, InvalidRequestError
from tams.models.flow_segment import SegmentFault, parse_segments_post
from tams.services.flows.properties import FlowPropertyService
from tams.services.segments.segments import FlowSegmentService
from tests.in_process import Platform
from tests.unit.services.world import World, holding, of
from tests.waiting import until
from vastlocal.control import Control
from vastlocal.http.faults import FaultAction

Outcome = list[SegmentFault]


def post(world: World, flow_id: str, *posts: dict[str, Any]) -> Outcome:
    """One Segment as a body of its own, or several as a list."""
    parsed = parse_segments_post(posts[0] if len(posts) == 1 else list(posts))
    service = FlowSegmentService.of(world.platform, world.caller)
    return service.register(flow_id, parsed.entries, single=not parsed.is_list)


def segment(object_id: str, start: int) -> dict[str, Any]:
    return {"object_id": object_id, "timerange": f"[{start}:0_{start + 1}:0)"}


@contextmanager
def waiting(
    world: World, flow_id: str, works: Sequence[Callable[[], Outcome]]
) -> Iterator[list[Future[Outcome]]]:
    """All of `works` wait, in this order, while somebody else writes the Flow; they go on after the block."""
    database, held, go = world.platform._database, threading.Event(), threading.Event()

    def hold(_repositories: object) -> None:
        held.set()
        assert go.wait(300)

    def waits() -> int:
        return len(database._gathered._queues.get(flow_id, ()))

    with ThreadPoolExecutor(len(works) + 1) as threads:
        holder = threads.submit(world.platform.store(world.caller).write, hold, flow_id)
        assert held.wait(300)
        futures = []
        for count, work in enumerate(works, start=1):
            futures.append(threads.submit(work))
            until(lambda count=count: waits() == count)  # type: ignore[misc]
        until(lambda: len(database._turns._queues[flow_id]) == len(works) + 1)
        yield futures
        go.set()
        holder.result()


def vast_of(world: World) -> Control:
    return Control(world.platform.settings.vast.endpoint, "K", "S")


def test_what_waits_is_done_in_one_transaction(world: World) -> None:
    flow_id = world.flow()
    ids = world.allocate(flow_id, 10)
    works = [lambda at=at: post(world, flow_id, segment(ids[at], at)) for at in range(10)]

    with waiting(world, flow_id, works) as futures:
        vast_of(world).reset()

    assert [future.result() for future in futures] == [[]] * 10
    assert vast_of(world).counters().requests["insert_rows"] == 2  # Segments, and their events
    assert world.listed(flow_id) == [f"[{at}:0_{at + 1}:0)" for at in range(10)]
    assert world.event_types(flow_id).count("flows/segments_added") == 1


def test_each_gets_its_own_refusal(world: World) -> None:
    flow_id = world.flow()
    good, again, other, listed = world.allocate(flow_id, 4)
    works = [
        lambda: post(world, flow_id, segment(good, 0)),
        lambda: post(world, flow_id, segment(again, 0)),  # where the first has just come
        lambda: post(world, flow_id, segment("unknown", 1)),
        lambda: post(world, flow_id, segment(listed, 2), segment("unknown", 3)),
        lambda: post(world, flow_id, segment(other, 4)),
    ]

    with waiting(world, flow_id, works) as futures:
        pass

    assert futures[0].result() == futures[4].result() == []
    with pytest.raises(InvalidRequestError, match="overlaps an existing segment"):
        futures[1].result()
    with pytest.raises(InvalidRequestError, match="'unknown'"):
        futures[2].result()
    (fault,) = futures[3].result()
    assert "'unknown'" in fault.reason
    assert world.listed(flow_id) == ["[0:0_1:0)", "[2:0_3:0)", "[4:0_5:0)"]


def test_nobody_acts_with_the_rights_of_another(world: World) -> None:
    flow_id = world.flow(tags=of("news"))
    ids = world.allocate(flow_id, 3)
    stranger = world.as_(holding(read="news", write="sport"))
    writer = world.as_(holding(read="news", write="news"))
    works = [
        lambda: post(writer, flow_id, segment(ids[0], 0)),
        lambda: post(stranger, flow_id, segment(ids[1], 1)),
        lambda: post(writer, flow_id, segment(ids[2], 2)),
    ]

    with waiting(world, flow_id, works) as futures:
        pass

    assert futures[0].result() == futures[2].result() == []
    with pytest.raises(ForbiddenError):
        futures[1].result()
    assert world.listed(flow_id) == ["[0:0_1:0)", "[2:0_3:0)"]


def test_a_read_only_flow_refuses_everyone(world: World) -> None:
    flow_id = world.flow()
    ids = world.allocate(flow_id, 3)
    works = [lambda at=at: post(world, flow_id, segment(ids[at], at)) for at in range(3)]

    with waiting(world, flow_id, works) as futures:
        elsewhere = Platform(world.platform.settings.vast.endpoint)  # another process
        FlowPropertyService.of(elsewhere, world.caller).set_read_only(flow_id, True)

    for future in futures:
        with pytest.raises(ForbiddenError):
            future.result()


def test_a_transaction_that_fails_is_the_failure_of_one(world: World) -> None:
    flow_id = world.flow()
    ids = world.allocate(flow_id, 3)
    works = [lambda at=at: post(world, flow_id, segment(ids[at], at)) for at in range(3)]

    with waiting(world, flow_id, works) as futures:
        vast_of(world).inject(FaultAction.ERROR, "insert_rows", path_contains="segments")

    with pytest.raises(BackendUnavailableError):
        futures[0].result()
    assert futures[1].result() == futures[2].result() == []
    assert world.listed(flow_id) == ["[1:0_2:0)", "[2:0_3:0)"]


def test_one_that_cannot_be_stored_is_the_failure_of_one(world: World) -> None:
    flow_id = world.flow()
    ids = world.allocate(flow_id, 4)
    urls = [
        {"label": f"l{n}", "url": f"https://example.com/{'x' * 2_000}{n}"} for n in range(100)
    ]  # more than a cell holds
    works = [
        lambda: post(world, flow_id, segment(ids[0], 0)),
        lambda: post(world, flow_id, {**segment("theirs", 1), "get_urls": urls}),
        lambda: post(world, flow_id, segment(ids[2], 2)),
        lambda: post(world, flow_id, segment(ids[3], 3)),
    ]

    with waiting(world, flow_id, works) as futures:
        pass

    assert [futures[at].result() for at in (0, 2, 3)] == [[], [], []]
    with pytest.raises(InvalidRequestError, match="must not exceed"):
        futures[1].result()
    assert world.listed(flow_id) == ["[0:0_1:0)", "[2:0_3:0)", "[3:0_4:0)"]
