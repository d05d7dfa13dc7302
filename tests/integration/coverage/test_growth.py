"""No select looks at more rows because the store holds more that it does not ask for (ADR 29).

What it would look at on a cluster is what the local VAST counts: see `vastlocal.engine.looking`.
"""

from collections.abc import Iterator

import pytest

from tams.repositories.database import Database
from tams.repositories.migrations.definitions import Definitions
from tams.repositories.tables import SEGMENTS
from tams.runtime.vast import vast_connection
from tests.integration.coverage.growth import SLACK, costs_of, growth, why
from tests.integration.coverage.known import KNOWN
from tests.integration.coverage.unrelated import add_unrelated
from tests.integration.coverage.world import World, a_world

FEW, TIMES = 50, 20
"""Many times SLACK."""

pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with a_world(tmp_path_factory.mktemp("coverage")) as made:
        yield made


def test_no_operation_looks_at_more_rows_in_a_larger_store(world: World) -> None:
    add_unrelated(world.platform, FEW)
    small = costs_of(world)
    add_unrelated(world.platform, FEW * TIMES)
    found = list(growth(small, costs_of(world)))

    unknown = [str(each) for each in found if why(each) is None]
    assert not unknown, "\n".join(unknown)
    grown = {why(each) for each in found}
    needless = [str(each) for each in KNOWN if each.rows_max is None and each not in grown]
    assert not needless, "\n".join(["no longer grow, so take them off the list:", *needless])


def test_a_projection_that_is_not_there_is_noticed(world: World) -> None:
    connection = vast_connection(world.platform.settings)
    name, *_ = SEGMENTS.projections
    small = costs_of(world, ["read objects"])
    Database(connection).write(
        lambda it: Definitions(it, connection).drop_projection(SEGMENTS, name.name)
    )
    add_unrelated(world.platform, 2 * SLACK)

    found = list(growth(small, costs_of(world, ["read objects"])))

    (words,) = [str(each) for each in found]
    assert words.startswith(
        "read objects: a select of segments by object_id = for flow_id, timerange looked at 1 rows"
    )
    assert why(found[0]) is None
