"""The recycle bin says how many bytes it keeps, once they have been measured."""

from dataclasses import replace

import pytest

from tams.models.recycle_bin import RecycleBinQuery, RecycleBinSummary
from tams.repositories.store_status import store_status
from tams.runtime.vast import vast_connection
from tams.services.deletion.disposal import DeletionOptions
from tams.services.recycle_bin import measure
from tams.services.recycle_bin.recycle_bin import RecycleBinService
from tams.timing.microseconds import to_us
from tests.in_process import Platform
from tests.unit.services.binned import DAY, BinWorld
from tests.unit.services.world import World, holding, of


@pytest.fixture
def world(platform: Platform) -> BinWorld:
    world = BinWorld(platform)
    world.keep_for(7 * DAY)
    return world


def summary(world: BinWorld, **filters: str) -> RecycleBinSummary:
    query = RecycleBinQuery(now_us=to_us(world.platform.clock()))
    service = RecycleBinService.of(world.platform, world.caller)
    return service.summary(replace(query, **filters))  # type: ignore[arg-type]


def sizes(world: BinWorld, flow_id: str) -> list[tuple[int | None, int | None, bool | None]]:
    return [
        (each.size_bytes, each.unknown_sizes, each.is_measured) for each in world.bin_of(flow_id)
    ]


def test_an_entry_says_what_it_keeps_once_it_is_measured(world: BinWorld) -> None:
    world.measure()  # what other tests have left
    flow_id = world.flow()
    first, second, _ = world.segments(flow_id, 3)
    world.sized({first: 10, second: 5})

    world.delete_flow(flow_id)

    assert sizes(world, flow_id) == [(None, None, False)]
    assert world.measure() == 1
    assert sizes(world, flow_id) == [(15, 1, True)]
    assert world.measure() == 0, "it is done"


def test_an_object_counts_once_however_many_segments_use_it(world: BinWorld) -> None:
    """And in whichever slice they are."""
    world.at_once = 2
    world.keep_for(DAY)
    flow_id, other = world.flow(), world.flow()
    objects = world.segments(flow_id, 5)
    for flow, number, start in ((flow_id, 0, 7), (flow_id, 0, 11), (other, 1, 1)):
        again = {"object_id": objects[number], "ts_offset": f"{start - number}:0"}
        faults = world.register(flow, {**again, "timerange": f"[{start}:0_{start + 1}:0)"})
        assert faults == []
    world.sized({each: 2**at for at, each in enumerate(objects)})

    world.delete_flow(flow_id)
    world.measure()

    assert sizes(world, flow_id) == [(31, 0, True)]


def test_what_is_restored_in_part_is_measured_anew(world: BinWorld) -> None:
    flow_id = world.flow()
    objects = world.segments(flow_id, 3)
    world.sized({each: 2**at for at, each in enumerate(objects)})
    world.delete_segments(flow_id, "_")
    world.measure()
    assert sizes(world, flow_id) == [(7, 0, True)]

    world.restore_segments(flow_id, "[1:0_2:0)")

    assert sizes(world, flow_id) == [(None, None, False)]
    world.measure()
    assert sizes(world, flow_id) == [(5, 0, True)]


def test_an_entry_that_still_grows_is_not_measured_yet(world: BinWorld) -> None:
    world.at_once = 2
    world.keep_for(DAY)
    flow_id = world.flow()
    world.sized(dict.fromkeys(world.segments(flow_id, 5), 3))
    request_id = world.delete_segments(flow_id, "_")
    assert world.measure() == 0
    world.work_off(request_id)

    assert world.measure() == 1
    assert sizes(world, flow_id) == [(15, 0, True)]


def test_entries_that_still_grow_do_not_hold_up_the_others(
    world: BinWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More of them than one transaction looks at."""
    world.measure()  # what other tests have left
    monkeypatch.setattr(measure, "ENTRIES_MAX", 2)
    world.at_once = 2
    world.keep_for(DAY)
    growing = [world.flow() for _ in range(20)]
    requests = []
    for flow_id in growing:
        world.segments(flow_id, 3)
        requests.append(world.delete_segments(flow_id, "_") or "")
        world.one_step_of(requests[-1])
    flow_id = world.flow()
    (object_id,) = world.segments(flow_id, 1)
    world.sized({object_id: 10})
    world.delete_segments(flow_id, "_")

    assert world.measure() == 1

    assert sizes(world, flow_id) == [(10, 0, True)]
    assert sizes(world, growing[0]) == [(None, None, False)]
    assert world.measure() == 0
    for each in requests:
        world.work_off(each)
    assert world.measure() == len(growing)


def test_what_has_no_segments_keeps_no_bytes(world: BinWorld) -> None:
    flow_id = world.flow()

    world.delete_flow(flow_id)

    assert sizes(world, flow_id) == [(0, 0, True)]
    source_id = world.bin_of(flow_id)[0].source_id
    (source,) = world.bin(source_id=source_id, kind="source")
    assert (source.size_bytes, source.is_measured) == (None, None), "a Source has no media"


def test_the_bin_as_a_whole(world: BinWorld) -> None:
    source_id = world.stored(flow_id := world.flow()).flow.source_id
    other = world.flow(source_id=source_id, tags=of("news"))
    world.sized(dict.fromkeys(world.segments(flow_id, 2), 10))
    world.segments(other, 3)
    assert summary(world, source_id=source_id).oldest is None
    began = world.platform.clock()
    world.delete_flow(flow_id)
    world.measure()
    world.platform.time.pass_(seconds=5)
    world.delete_flow(other, DeletionOptions(soft_delete=True))

    whole = summary(world, source_id=source_id)

    assert (whole.entry_count, whole.segment_count, whole.oldest) == (3, 5, began)
    assert (whole.size_bytes, whole.unknown_sizes, whole.unmeasured_count) == (20, 0, 1)
    world.measure()
    whole = summary(world, source_id=source_id, kind="flow")
    assert (whole.entry_count, whole.segment_count) == (2, 5)
    assert (whole.size_bytes, whole.unknown_sizes, whole.unmeasured_count) == (20, 3, 0)
    reader = BinWorld(world.platform, holding(read="news", delete="news"))
    assert summary(reader, source_id=source_id).segment_count == 3
    nobody = BinWorld(world.platform, holding(read="sport"))
    assert summary(nobody, source_id=source_id).entry_count == 0


def test_operators_see_all_of_it(fresh_world: World) -> None:
    world = BinWorld(fresh_world.platform)
    world.keep_for(DAY)
    flow_id = world.flow(tags=of("news"))
    world.sized(dict.fromkeys(world.segments(flow_id, 2), 10))
    world.delete_flow(flow_id)
    world.measure()
    connection = vast_connection(world.platform.settings)

    found = store_status(connection, {"recycle_bin": 2}, None).recycle_bin

    assert found is not None
    assert (found.entry_count, found.segment_count, found.size_bytes) == (2, 2, 20)
    assert found.oldest == world.platform.clock()
    assert store_status(connection, {"recycle_bin": 10**9}, None).recycle_bin is None
