"""While a deletion runs: what clients no longer see, queries do not see either."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sql.engine import Engine, Limits
from tams.errors import NotFoundError
from tams.models.caller import EVERYONE
from tams.runtime.vast import vast_connection
from tams.services.deletion.deletion import DeletionService
from tams.services.deletion.requests import DeletionRequestService
from tams.services.objects.objects import ObjectService
from tams.timing import TimeRange
from tests.in_process import Platform, a_vast_in_process
from tests.sql.asking import rows_of
from tests.unit.services.world import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with a_vast_in_process(tmp_path / "vast") as url:
        yield World(Platform(url))


@pytest.fixture
def engine(world: World, tmp_path: Path) -> Engine:
    connection = vast_connection(world.platform.settings)
    return Engine(connection, Limits("500MB", tmp_path), lambda _view, _rows: None)


def seen(world: World, object_ids: list[str]) -> set[str]:
    """Those that the API shows."""
    service = ObjectService.of(world.platform, EVERYONE)
    found = set()
    for each in object_ids:
        try:
            found.add(service.get(each).stored.id)
        except NotFoundError:
            continue
    return found


def ids(engine: Engine, query: str) -> set[str]:
    return {str(row[0]) for row in rows_of(engine, query)}


def test_segments_that_a_deletion_covers_are_hidden_with_their_objects(
    world: World, engine: Engine
) -> None:
    flow_id, other = world.flow(), world.flow()
    objects = world.segments(flow_id, 6)
    assert world.register(other, {"object_id": objects[2], "timerange": "[2:0_3:0)"}) == []
    deletion = replace(DeletionService.of(world.platform, EVERYONE), at_once=1)

    request = deletion.delete_segments(flow_id, TimeRange.parse("[1:0_4:0)"))

    assert request is not None
    timeranges = f"SELECT timerange FROM segments WHERE flow_id = '{flow_id}'"
    assert ids(engine, timeranges) == set(world.listed(flow_id))
    assert len(world.listed(flow_id)) == 3
    hidden = f"SELECT timerange FROM segments_all WHERE deleted AND flow_id = '{flow_id}'"
    assert ids(engine, hidden) == {"[1:0_2:0)", "[2:0_3:0)", "[3:0_4:0)"}
    shown = seen(world, objects)
    assert len(shown) == 4, "one of the three is still shown in the other Flow"
    assert ids(engine, "SELECT id FROM objects") == shown
    assert ids(engine, "SELECT object_id FROM instances") == shown

    DeletionRequestService.of(world.platform, EVERYONE).work_off(request.id)

    assert ids(engine, "SELECT id FROM objects") == shown == seen(world, objects)
    assert rows_of(engine, "SELECT status FROM deletions") == [("done",)]
    assert rows_of(engine, "SELECT count(*) FROM segments_all") == [(4,)]


def test_a_deleted_flow_hides_media_and_init_objects(world: World, engine: Engine) -> None:
    essence = {
        "frame_width": 1280,
        "frame_height": 720,
        "frame_rate": {"numerator": 25},
        "init_segments": True,
    }
    flow_id, kept = (world.flow(essence_parameters=essence) for _ in range(2))
    objects = world.allocate(flow_id, 4) + world.allocate(kept, 2)
    for owner, init, media in (
        (flow_id, objects[0], objects[1:4]),
        (kept, objects[4], objects[5:]),
    ):
        posts = [
            {
                "object_id": each,
                "init_object_id": init,
                "timerange": f"[{number}:0_{number + 1}:0)",
            }
            for number, each in enumerate(media)
        ]
        assert world.register(owner, *posts) == []
    assert ids(engine, "SELECT id FROM objects") == seen(world, objects) == set(objects)
    assert ids(engine, "SELECT id FROM objects WHERE kind = 'init'") == {objects[0], objects[4]}
    deletion = replace(DeletionService.of(world.platform, EVERYONE), at_once=1)

    deletion.delete_flow(flow_id)

    assert ids(engine, "SELECT id FROM objects") == seen(world, objects) == set(objects[4:])
    assert ids(engine, "SELECT id FROM objects_all WHERE deleted") == set(objects[:4])
    assert ids(engine, "SELECT id FROM flows") == {kept}
    assert ids(engine, "SELECT flow_id FROM segments") == {kept}
    assert rows_of(engine, "SELECT count(*) FROM segments_all WHERE deleted") == [(3,)]


def test_a_new_flow_with_an_id_used_before_does_not_show_its_segments(
    world: World, engine: Engine
) -> None:
    flow_id = world.flow()
    world.segments(flow_id, 3)
    replace(DeletionService.of(world.platform, EVERYONE), at_once=1).delete_flow(flow_id)
    world.flow(id=flow_id)
    world.segments(flow_id, 1, first=50)

    timeranges = f"SELECT timerange FROM segments WHERE flow_id = '{flow_id}'"
    assert ids(engine, timeranges) == set(world.listed(flow_id)) == {"[50:0_51:0)"}
    both = f"SELECT deleted, count(*) FROM segments_all WHERE flow_id = '{flow_id}' GROUP BY ALL"
    assert dict(rows_of(engine, both)) == {True: 3, False: 1}
