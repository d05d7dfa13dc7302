"""Compares what operations look at in a small store and in a larger one."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from tests.integration.coverage.known import KNOWN, Known
from tests.integration.coverage.operations import OPERATIONS
from tests.integration.coverage.world import World
from vastlocal.control import SelectCost

SLACK = 50
"""Rows by which what an operation asks for may differ: two Flows of one second, a slot that two ids share."""

Kind = tuple[str, tuple[str, ...], tuple[str, ...]]
Costs = Mapping[str, Mapping[Kind, SelectCost]]


@dataclass(frozen=True)
class Growth:
    """A select that looks at more rows in the larger store."""

    operation: str
    rows_before: int
    after: SelectCost

    def __str__(self) -> str:
        after = self.after
        return (
            f"{self.operation}: a select of {after.table} by {', '.join(after.compared) or 'nothing'} "
            f"for {', '.join(after.sent) or 'a count'} looked at {self.rows_before:,} rows, "
            f"then at {after.rows_max:,} (way: {after.way})"
        )


def costs_of(world: World, names: Iterable[str] = OPERATIONS) -> Costs:
    """Of each operation, done once."""
    found = {}
    for name in names:
        act = OPERATIONS[name](world)
        world.control.watch_selects()
        act()
        seen = world.control.selects()
        world.control.reset()
        found[name] = {(each.table, each.compared, each.sent): each for each in seen}
    return found


def growth(small: Costs, large: Costs) -> Iterator[Growth]:
    for name, costs in large.items():
        for kind, cost in costs.items():
            before = small[name].get(kind)
            rows = before.rows_max if before else 0
            if cost.rows_max > rows + SLACK:
                yield Growth(name, rows, cost)


def why(found: Growth) -> Known | None:
    return next((each for each in KNOWN if each.covers(found.after)), None)
