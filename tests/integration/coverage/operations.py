"""What the product does, one operation after another."""

from functools import partial
from importlib import import_module

from tests.benchmark.operations import OPERATIONS as MEASURED
from tests.benchmark.operations import Operation
from tests.integration.coverage.prepared import PREPARED, Act
from tests.integration.coverage.world import World


def _measured(each: Operation, world: World) -> Act:
    calls = each.calls(world.ground, 1)

    def act() -> None:
        for call in calls:
            world.ask(call.method, call.target, status=call.status, json=call.body)

    return act


OPERATIONS = PREPARED
OPERATIONS.update(
    {each.name: partial(_measured, each) for each in MEASURED if each.name != "list 100 Flows"}
)  # a page depends on what is newest, so the lists make that themselves
for _about in ("flow", "media", "deletion", "background", "list"):
    import_module(f"tests.integration.coverage.{_about}_operations")
