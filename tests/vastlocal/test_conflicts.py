"""Two transactions on one row, in each mode. What a cluster does is not public."""

# ruff: noqa: PT012 - a transaction ends, and so may fail, with its block

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pytest
from vastdb import errors

from tests.vastlocal.conftest import TableMaker, TestTable
from vastlocal.process import LocalVast
from vastlocal.settings import SOUND, ConflictMode

COLUMNS = pa.schema([("a", pa.int64()), ("b", pa.int64())])


@pytest.fixture(scope="module", params=SOUND)
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LocalVast]:
    data = tmp_path_factory.mktemp("vast")
    with LocalVast(data, conflicts=request.param) as running:
        yield running


@pytest.fixture
def table(make_table: TableMaker) -> TestTable:
    """Three rows: ids 0, 1, 2."""
    made = make_table(COLUMNS)
    made.insert(a=[1, 2, 3], b=[10, 20, 30])
    return made


def change(table: TestTable, tx: Any, what: str) -> None:
    """Row 1: `a` and `b` update that column, `delete` deletes."""
    if what == "delete":
        table.delete_within(tx, [1])
    else:
        table.update_within(tx, [1], **{what: [99]})


def collide(table: TestTable, first: str, second: str) -> str:
    """Where the second of two overlapping transactions fails: "statement", "commit" or "never"."""
    tx1, tx2 = table.session.transaction(), table.session.transaction()
    tx1.__enter__()
    tx2.__enter__()
    change(table, tx1, first)
    try:
        change(table, tx2, second)
    except errors.Conflict as conflict:
        tx2.__exit__(errors.Conflict, conflict, None)
        tx1.__exit__(None, None, None)
        return "statement"
    tx1.__exit__(None, None, None)
    try:
        tx2.__exit__(None, None, None)
    except errors.Conflict:
        return "commit"
    return "never"


@pytest.mark.parametrize(
    ("first", "second", "same_columns"),
    [("a", "a", True), ("a", "b", False), ("a", "delete", True), ("delete", "b", True),
     ("delete", "delete", True)],
)  # fmt: skip
def test_second_change_of_a_row_fails_as_the_mode_says(
    server: LocalVast, table: TestTable, first: str, second: str, same_columns: bool
) -> None:
    expected = {
        ConflictMode.STRICT: "statement",
        ConflictMode.COLUMN: "statement" if same_columns else "never",
        ConflictMode.COMMIT: "commit",
    }

    assert collide(table, first, second) == expected[server.conflicts]


def test_updates_of_two_columns_both_last_in_column_mode(
    server: LocalVast, table: TestTable
) -> None:
    outcome = collide(table, "a", "b")

    row = table.rows()[1]
    assert (row["a"], row["b"]) == ((99, 99) if outcome == "never" else (99, 20))


def test_the_loser_leaves_nothing(table: TestTable) -> None:
    with pytest.raises(errors.Conflict), table.session.transaction() as loser:
        table.insert_within(loser, a=[7], b=[7])
        with table.session.transaction() as winner:
            table.update_within(winner, [0], a=[50])
        table.update_within(loser, [0], a=[60])

    assert [row["a"] for row in table.rows()] == [50, 2, 3]


def test_change_after_a_commit_that_the_snapshot_does_not_see(
    server: LocalVast, table: TestTable
) -> None:
    reached_commit = False
    with pytest.raises(errors.Conflict), table.session.transaction() as tx:
        with table.session.transaction() as other:
            table.update_within(other, [1], a=[50])
        table.update_within(tx, [1], a=[60])
        reached_commit = True

    assert reached_commit == (server.conflicts is ConflictMode.COMMIT)
    assert table.rows()[1]["a"] == 50


def test_rows_are_free_again_after_a_rollback(table: TestTable) -> None:
    with pytest.raises(ZeroDivisionError), table.session.transaction() as tx:
        table.update_within(tx, [1], a=[50])
        _ = 1 / 0

    with table.session.transaction() as tx:
        table.update_within(tx, [1], a=[60])

    assert table.rows()[1]["a"] == 60


def test_different_rows_do_not_collide(table: TestTable) -> None:
    with table.session.transaction() as tx1, table.session.transaction() as tx2:
        table.update_within(tx1, [0], a=[50])
        table.delete_within(tx2, [2])

    assert [row["a"] for row in table.rows()] == [50, 2]


def test_inserts_of_equal_rows_both_last(table: TestTable) -> None:
    with table.session.transaction() as tx1, table.session.transaction() as tx2:
        ids1 = table.insert_within(tx1, a=[7], b=[7])
        ids2 = table.insert_within(tx2, a=[7], b=[7])

    assert ids1 != ids2
    assert [row["a"] for row in table.rows()].count(7) == 2


def test_one_transaction_may_change_a_row_again_and_again(table: TestTable) -> None:
    with table.session.transaction() as tx:
        table.update_within(tx, [1], a=[50])
        table.update_within(tx, [1], b=[60])
        table.update_within(tx, [1], a=[70])
        seen = table.rows_within(tx)[1]
        table.delete_within(tx, [1])
        table.delete_within(tx, [1])

    assert seen == {"a": 70, "b": 60}
    assert [row["a"] for row in table.rows()] == [1, 3]


def test_sequential_changes_do_not_collide(table: TestTable) -> None:
    for value in range(5):
        with table.session.transaction() as tx:
            table.update_within(tx, [1], a=[value])

    assert table.rows()[1]["a"] == 4
