"""What a purge of the recycle bin costs: as many round trips for thirty small entries as for three."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tams.models.recycle_bin import BinKind
from tams.ports import Repositories
from tams.services.recycle_bin.purge import Ended, destroy
from tams.timing.microseconds import to_us
from tests.in_process import Platform
from tests.provisioned import a_vast_with_tables
from tests.unit.services.binned import DAY, BinWorld
from vastlocal.control import Control

FEW, MANY = 3, 30


@pytest.fixture
def vast_url(tmp_path: Path) -> Iterator[str]:
    with a_vast_with_tables(tmp_path) as url:
        yield url


def requests_of_a_purge(world: BinWorld, control: Control, entries: int, *, at_once: int) -> int:
    """Of one that ends so many entries, each of two Segments."""
    flow_id = world.flow()
    objects = world.segments(flow_id, 2 * entries)
    for start in range(0, 2 * entries, 2):
        world.delete_segments(flow_id, f"[{start}:0_{start + 2}:0)")
    now = world.platform.clock()

    def purge(repositories: Repositories) -> Ended:
        found = repositories.recycle_bin.of(flow_id, BinKind.SEGMENTS, to_us(now))
        assert len(found) == entries
        return destroy(repositories, found, now, at_once)

    control.reset()
    doomed, requests = world.write(purge)
    counted = control.counters().total_requests
    assert world.bin_of(flow_id) == []
    if requests:
        assert (doomed, len(requests)) == ([], entries)
    else:
        assert sorted(doomed) == sorted(objects)
    return counted


@pytest.mark.parametrize("at_once", [100, 1], ids=["at once", "by deletion requests"])
def test_small_entries_are_purged_together(vast_url: str, at_once: int) -> None:
    world = BinWorld(Platform(vast_url))
    world.keep_for(DAY)
    control = Control(vast_url, "K", "S")

    few = requests_of_a_purge(world, control, FEW, at_once=at_once)
    many = requests_of_a_purge(world, control, MANY, at_once=at_once)

    assert abs(many - few) <= 1, (few, many)
