"""A predicate on a key reads what it names, not the table. Evidence: rows read, and SQLite's steps."""

import random
from typing import Any

import pyarrow as pa
import pytest
from vastdb.table import QueryConfig

from tests.vastlocal.conftest import TableMaker, TestTable
from vastlocal.control import Control
from vastlocal.process import LocalVast

FLOWS, PER_FLOW = 40, 1000
COLUMNS = pa.schema(
    [
        ("flow_id", pa.string()),
        ("start_ns", pa.int64()),
        ("object_id", pa.string()),
        ("note", pa.string()),
    ]
)
ONE_SPLIT = QueryConfig(num_splits=1, num_sub_splits=1)
_SCAN_STEPS = FLOWS * PER_FLOW * 3
"""What reading the whole table takes, at the least."""


@pytest.fixture
def table(server: LocalVast, make_table: TableMaker) -> TestTable:
    made = make_table(COLUMNS, sorting_key=["flow_id", "start_ns"])
    keys = [(f"flow-{f}", n) for f in range(FLOWS) for n in range(PER_FLOW)]
    random.Random(1).shuffle(keys)
    rows = pa.table(
        [
            [flow for flow, _ in keys],
            [n for _, n in keys],
            [f"{flow}/{n}" for flow, n in keys],
            ["x" * 50] * len(keys),
        ],
        schema=COLUMNS,
    )
    with made.session.transaction() as tx:
        made.within(tx).create_projection("o", ["object_id"], ["flow_id", "start_ns", "note"])
        made.within(tx).insert(rows)
    server.control.reset()
    return made


def ask(table: TestTable, control: Control, predicate: Any, **options: Any) -> tuple[int, int, int]:
    """Rows that match, rows that were read, steps that it took."""
    with table.session.transaction() as tx:
        control.reset()
        reached = table.within(tx)
        found = reached.select(predicate=predicate(reached), config=ONE_SPLIT, **options)
        matched = found.read_all().num_rows
    counted = control.counters()
    return matched, counted.rows_read.get("query_rows", 0), counted.steps.get("query_rows", 0)


def test_a_key_reads_one_row(table: TestTable, control: Control) -> None:
    assert ask(table, control, lambda t: (t["flow_id"] == "flow-7") & (t["start_ns"] == 500)) == (
        1,
        1,
        0,
    )


def test_a_range_of_a_key_reads_the_range(table: TestTable, control: Control) -> None:
    matched, read, steps = ask(
        table, control, lambda t: (t["flow_id"] == "flow-7") & t["start_ns"].between(100, 149)
    )

    assert matched == read == 50
    assert steps <= 3000


def test_rows_of_a_key_come_in_its_order(table: TestTable) -> None:
    with table.session.transaction() as tx:
        reached = table.within(tx)
        found = reached.select(["start_ns"], predicate=reached["flow_id"] == "flow-3").read_all()

    assert found["start_ns"].to_pylist() == list(range(PER_FLOW))


def test_a_projection_reads_one_row(table: TestTable, control: Control) -> None:
    matched, read, steps = ask(table, control, lambda t: t["object_id"] == "flow-9/9")

    assert (matched, read) == (1, 1)
    assert steps <= 1000


def test_many_keys_read_so_many_rows(table: TestTable, control: Control) -> None:
    wanted = [f"flow-{n}/{n}" for n in range(30)]

    matched, read, steps = ask(table, control, lambda t: t["object_id"].isin(wanted))

    assert (matched, read) == (30, 30)
    assert steps <= 5000


def test_counting_a_range_reads_no_row(table: TestTable, control: Control) -> None:
    matched, read, steps = ask(table, control, lambda t: t["flow_id"] == "flow-7", columns=[])

    assert (matched, read) == (PER_FLOW, 0)
    assert steps <= 10 * PER_FLOW


def test_a_limit_stops_reading(table: TestTable, control: Control) -> None:
    _, read, _ = ask(table, control, lambda t: t["flow_id"] == "flow-7", limit_rows=5)

    # Pages of five; the SDK's thread asks for a few more before it is told to stop.
    assert read <= PER_FLOW // 10


def test_no_key_reads_the_whole_table(table: TestTable, control: Control) -> None:
    matched, _, steps = ask(table, control, lambda t: t["note"] == "none such")

    assert matched == 0
    assert steps >= _SCAN_STEPS


def test_disabled_projections_are_not_used(table: TestTable, control: Control) -> None:
    with table.session.transaction() as tx:
        reached = table.within(tx)
        config = QueryConfig(num_splits=1, num_sub_splits=1, use_semi_sorted_projections=False)
        reached.select(predicate=reached["object_id"] == "flow-9/9", config=config).read_all()

    assert control.counters().steps["query_rows"] >= _SCAN_STEPS


def test_own_changes_do_not_stop_pruning(table: TestTable, control: Control) -> None:
    with table.session.transaction() as tx:
        reached = table.within(tx)
        key = (reached["flow_id"] == "flow-7") & reached["start_ns"].between(100, 149)
        rows = reached.select(["note"], predicate=key, internal_row_id=True).read_all()
        reached.update(rows.set_column(0, "note", pa.array(["new"] * 50)))
        control.reset()

        found = reached.select(predicate=key, config=ONE_SPLIT).read_all()

        steps = control.counters().steps.get("query_rows", 0)
        control.reset()
    committed = control.counters().steps.get("commit", 0)

    assert found["note"].to_pylist() == ["new"] * 50
    assert steps <= 8000
    assert committed <= 8000
