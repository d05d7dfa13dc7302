"""How many rows VAST would have to look at, by sorting key, projection or neither, as the control says."""

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest
from vastdb.table import QueryConfig

from tests.vastlocal.conftest import TableMaker, TestTable
from vastlocal.control import Control, SelectCost
from vastlocal.process import LocalVast

PARENTS, CHILDREN = 10, 50
ROWS = PARENTS * CHILDREN
COLUMNS = pa.schema(
    [
        ("parent", pa.string()),
        ("number", pa.int64()),
        ("state", pa.string()),
        ("made", pa.int64()),
        ("note", pa.string()),
    ]
)
ONE_SPLIT = QueryConfig(num_splits=1, num_sub_splits=1)
Predicate = Callable[[Any], Any]


@pytest.fixture
def table(server: LocalVast, make_table: TableMaker) -> TestTable:
    """Sorted by (parent, number). Every tenth row is `new`; `made` counts all rows."""
    made = make_table(COLUMNS, sorting_key=["parent", "number"])
    every = range(ROWS)
    with made.session.transaction() as tx:
        made.within(tx).create_projection("by_state", ["state", "made"], ["number"])
    made.insert(
        parent=[f"p{n // CHILDREN}" for n in every],
        number=[n % CHILDREN for n in every],
        state=["old" if n % 10 else "new" for n in every],
        made=list(every),
        note=["x"] * ROWS,
    )
    server.control.reset()
    return made


def look(
    table: TestTable,
    control: Control,
    predicate: Predicate | None,
    columns: list[str],
    **options: Any,
) -> SelectCost:
    """What the only select cost."""
    with table.session.transaction() as tx:
        reached = table.within(tx)
        wanted = None if predicate is None else predicate(reached)
        control.watch_selects()
        options = {"config": ONE_SPLIT} | options
        reached.select(columns=columns, predicate=wanted, **options).read_all()
        (found,) = control.selects()
    return found


@pytest.mark.parametrize(
    ("predicate", "rows"),
    [
        (lambda t: t["parent"] == "p3", CHILDREN),
        (lambda t: (t["parent"] == "p3") & (t["number"] == 7), 1),
        (lambda t: (t["parent"] == "p3") & t["number"].between(10, 19), 10),
        (lambda t: (t["parent"] == "p3") & ((t["number"] < 5) | (t["number"] > 44)), 10),
        (lambda t: t["parent"].isin(["p1", "p2"]) & (t["number"] == 7), 2),
        (lambda t: (t["parent"] == "p3") & (t["made"] == 155), CHILDREN),
        (lambda t: t["parent"] >= "p8", 2 * CHILDREN),
        (lambda t: (t["parent"] >= "p8") & (t["number"] == 7), 2 * CHILDREN),
    ],
)
def test_the_leading_columns_of_the_sorting_key_bound_what_is_looked_at(
    table: TestTable, control: Control, predicate: Predicate, rows: int
) -> None:
    found = look(table, control, predicate, ["note"])

    assert (found.way, found.rows) == ("key", rows)


@pytest.mark.parametrize(
    "predicate",
    [
        None,
        lambda t: t["number"] == 7,
        lambda t: t["note"] == "y",
        lambda t: t["parent"].contains("3"),
    ],
)
def test_without_them_all_rows_are_looked_at(
    table: TestTable, control: Control, predicate: Predicate | None
) -> None:
    found = look(table, control, predicate, ["note"])

    assert (found.way, found.rows) == ("scan", ROWS)


@pytest.mark.parametrize(
    ("predicate", "rows"),
    [
        (lambda t: t["state"] == "new", ROWS // 10),
        (lambda t: (t["state"] == "new") & (t["made"] < 100), 10),
        (lambda t: (t["state"] == "new") & ((t["made"] < 100) | (t["made"] > 450)), 14),
        (lambda t: (t["state"] == "new") & (t["number"] == 0), ROWS // 10),
        (lambda t: (t["state"] == "new") & t["made"].isnull(), 0),
    ],
)
def test_a_projection_serves_what_it_holds(
    table: TestTable, control: Control, predicate: Predicate, rows: int
) -> None:
    for columns in (["number"], ["made", "number"], []):
        found = look(table, control, predicate, columns, internal_row_id=bool(columns))

        assert (found.way, found.rows) == ("by_state", rows)


@pytest.mark.parametrize(
    ("predicate", "columns"),
    [
        (lambda t: t["state"] == "new", ["note"]),
        (lambda t: (t["state"] == "new") & (t["note"] == "x"), ["number"]),
        (lambda t: (t["state"] == "new") & (t["note"] == "x"), []),
    ],
)
def test_a_column_that_a_projection_lacks_costs_the_whole_table(
    table: TestTable, control: Control, predicate: Predicate, columns: list[str]
) -> None:
    found = look(table, control, predicate, columns)

    assert (found.way, found.rows) == ("scan", ROWS)


def test_ranges_of_the_first_column_of_a_projection_bound_it_too(
    server: LocalVast, make_table: TableMaker, control: Control
) -> None:
    made = make_table(COLUMNS)
    with made.session.transaction() as tx:
        made.within(tx).create_projection("by_time", ["made"], ["number"])
    made.insert(made=list(range(ROWS)))

    def outer(it: Any) -> Any:
        return (it["made"] < 10) | (it["made"] >= ROWS - 10)

    with made.session.transaction() as tx:
        reached = made.within(tx)
        control.watch_selects()
        rows = reached.select(["made"], predicate=outer(reached), config=ONE_SPLIT).read_all()
        (found,) = control.selects()

    assert (found.way, found.rows) == ("by_time", 20)
    assert sorted(rows["made"].to_pylist()) == [*range(10), *range(ROWS - 10, ROWS)]


def test_a_limit_ends_the_look_only_where_every_row_matches(
    table: TestTable, control: Control
) -> None:
    options = {"config": QueryConfig(num_splits=1, num_sub_splits=1, limit_rows_per_sub_split=5)}

    every = look(table, control, lambda t: t["parent"] == "p3", ["note"], limit_rows=5, **options)
    some = look(
        table,
        control,
        lambda t: (t["parent"] == "p3") & (t["note"] == "y"),
        ["note"],
        limit_rows=5,
        **options,
    )

    assert every.rows_max == 5
    assert some.rows_max == CHILDREN


def test_what_was_compared_and_sent_is_named(table: TestTable, control: Control) -> None:
    found = look(
        table,
        control,
        lambda t: (t["state"] == "new") & ((t["made"] < 5) | (t["made"] > 9)),
        ["note"],
    )

    assert (found.table, found.compared, found.sent) == ("t", ("made < or >", "state ="), ("note",))


def test_nothing_is_counted_unless_somebody_watches(table: TestTable, control: Control) -> None:
    table.rows()
    assert control.selects() == []

    control.watch_selects()
    table.rows()
    assert control.selects() != []

    control.reset()
    table.rows()
    assert control.selects() == []
