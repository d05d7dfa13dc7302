"""A purge and a restore of one entry at the same moment: one of them wins, whole."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tams.errors import NotFoundError
from tams.models.caller import EVERYONE
from tams.models.stored_objects import ObjectState
from tams.services.recycle_bin.recycle_bin import RecycleBinService
from tams.timing import TimeRange
from tests.in_process import Platform, a_vast_in_process
from tests.long_form import SOAK
from tests.unit.services.binned import DAY, BinWorld

ROUNDS = 200 if SOAK else 12
TOGETHER = 3
"""Restores, and as many purges: a client may try again before it has the first answer."""


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    data: Path = tmp_path_factory.mktemp("vast")
    with a_vast_in_process(data) as url:
        yield Platform(url)


@pytest.fixture
def world(platform: Platform) -> BinWorld:
    world = BinWorld(platform.another())
    world.keep_for(DAY)
    return world


def race(*works: Callable[[], object]) -> list[bool]:
    """Which of them succeed, when all begin at once. The others find nothing."""
    together = threading.Barrier(len(works))

    def run(work: Callable[[], object]) -> bool:
        together.wait()
        try:
            work()
        except NotFoundError:
            return False
        return True

    with ThreadPoolExecutor(len(works)) as threads:
        return list(threads.map(run, works))


@pytest.mark.parametrize("kind", ["flow", "segments"])
def test_one_of_them_wins_whole(world: BinWorld, kind: str) -> None:
    for number in range(ROUNDS):
        flow_id = world.flow()
        objects = world.segments(flow_id, 3)
        if kind == "flow":
            world.delete_flow(flow_id)
        else:
            world.delete_segments(flow_id, "_")
        (entry,) = world.bin_of(flow_id)
        bins = RecycleBinService.of(world.platform, EVERYONE)
        restoring = world.restore

        def purge(service: RecycleBinService = bins, entry_id: str = entry.id) -> None:
            service.purge(entry_id)

        def restore(flow_id: str = flow_id) -> None:
            if kind == "flow":
                restoring.flow(flow_id)  # noqa: B023
            else:
                restoring.segments(flow_id, TimeRange.eternity())  # noqa: B023

        works: list[Callable[[], object]] = [restore, purge] * TOGETHER
        done = race(*(works if number % 2 else works[::-1]))
        done = done if number % 2 else done[::-1]

        restores, purges = sum(done[::2]), sum(done[1::2])
        assert restores + purges == 1, (kind, number)
        assert world.bin_of(flow_id) == []
        states = [world.object(each) for each in objects]
        if restores:
            assert len(world.listed(flow_id)) == 3
            assert world.stored(flow_id).timeline.segment_count == 3
            assert [each.reference_count for each in states if each] == [1, 1, 1]
        else:
            assert world.listed(flow_id) == []
            assert {each.state for each in states if each} == {ObjectState.DOOMED}
        assert all(states), "the bytes are cleaned up later"
