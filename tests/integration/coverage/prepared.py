"""How an operation is put down: it is prepared first, and only then watched."""

from collections.abc import Callable

from tests.integration.coverage.world import AT_ONCE_SEGMENTS, World

Act = Callable[[], object]
Prepare = Callable[[World], Act]

PREPARED: dict[str, Prepare] = {}
MANY = AT_ONCE_SEGMENTS + 5


def operation(prepare: Prepare) -> Prepare:
    PREPARED[prepare.__name__.replace("_", " ")] = prepare
    return prepare


def gets(world: World, *paths: str) -> Act:
    return lambda: [world.ask("GET", each) for each in paths]
