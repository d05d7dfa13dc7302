"""Snapshots, own writes, rollback, expiry, and changes of definitions."""

# ruff: noqa: PT012 - a transaction ends, and so may fail, with its block

import concurrent.futures
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from vastdb import errors

from tests.vastlocal.conftest import BUCKET, TableMaker, TestTable, connect
from vastlocal.control import Control
from vastlocal.process import LocalVast

COLUMNS = pa.schema([("a", pa.int64()), ("b", pa.string())])


@pytest.fixture
def table(make_table: TableMaker) -> TestTable:
    made = make_table(COLUMNS)
    made.insert(a=[1, 2, 3], b=["x", "y", "z"])
    return made


def test_a_snapshot_is_taken_at_begin(table: TestTable) -> None:
    with table.session.transaction() as early:
        table.insert(a=[4], b=["w"])
        with table.session.transaction() as other:
            table.update_within(other, [0], a=[100])
            table.delete_within(other, [1])

        seen = [row["a"] for row in table.rows_within(early)]
        counted = table.within(early).select(columns=[]).read_all().num_rows
        stats = table.within(early).stats.num_rows

    assert seen == [1, 2, 3]
    assert counted == stats == 3
    assert [row["a"] for row in table.rows()] == [100, 3, 4]


def test_own_writes_are_seen_and_others_see_none(table: TestTable) -> None:
    with table.session.transaction() as tx:
        (row_id,) = table.insert_within(tx, a=[4], b=["w"])
        table.update_within(tx, [0, row_id], b=["new", "newer"])
        table.delete_within(tx, [1])

        assert [(r["a"], r["b"]) for r in table.rows_within(tx)] == [
            (1, "new"), (3, "z"), (4, "newer"),
        ]  # fmt: skip
        assert table.within(tx).stats.num_rows == 3
        assert [row["b"] for row in table.rows()] == ["x", "y", "z"]

    assert [row["b"] for row in table.rows()] == ["new", "z", "newer"]


def test_a_rolled_back_transaction_leaves_nothing(table: TestTable) -> None:
    with pytest.raises(ZeroDivisionError), table.session.transaction() as tx:
        table.insert_within(tx, a=[4], b=["w"])
        table.delete_within(tx, [0])
        tx.bucket(BUCKET).schema(table.schema).create_table("other", COLUMNS)
        _ = 1 / 0

    assert [row["a"] for row in table.rows()] == [1, 2, 3]
    with table.session.transaction() as tx:
        assert tx.bucket(BUCKET).schema(table.schema).tablenames() == ["t"]


def test_row_ids_are_never_given_twice(table: TestTable) -> None:
    with pytest.raises(ZeroDivisionError), table.session.transaction() as tx:
        lost = table.insert_within(tx, a=[4], b=["w"])
        _ = 1 / 0

    assert table.insert(a=[5], b=["v"])[0] > lost[0]


def test_an_update_of_a_missing_row_is_refused_and_dooms_the_transaction(table: TestTable) -> None:
    with pytest.raises(errors.BadRequest, match="half-way"), table.session.transaction() as tx:
        _refused(table, tx)

    assert table.rows()[0]["a"] == 1


def _refused(table: TestTable, tx: Any) -> None:
    with pytest.raises(errors.BadRequest, match="do not exist"):
        table.update_within(tx, [0, 77], a=[9, 9])


def test_a_finished_transaction_is_not_found(table: TestTable) -> None:
    with table.session.transaction() as tx:
        txid = tx.txid
    api = table.session.api

    for call in (api.commit_transaction, api.rollback_transaction, api.get_transaction):
        with pytest.raises(errors.NotFound):
            call(txid)


def test_an_idle_transaction_expires(tmp_path: Path) -> None:
    with LocalVast(tmp_path, idle_timeout_seconds=1.5) as server:
        session = connect(server)
        with pytest.raises(errors.NotFound), session.transaction() as tx:
            tx.bucket(BUCKET).create_schema("s")
            for _ in range(8):  # in use it lives on
                wait(0.2)
                session.api.get_transaction(tx.txid)
            wait(3)
            session.api.get_transaction(tx.txid)
        assert server.control.health().open_transactions == 0


def wait(seconds: float) -> None:
    concurrent.futures.wait([concurrent.futures.Future[None]()], timeout=seconds)


def test_control_expires_a_transaction_and_frees_its_rows(
    table: TestTable, control: Control
) -> None:
    with pytest.raises(errors.NotFound), table.session.transaction() as tx:
        table.update_within(tx, [0], a=[50])
        control.expire()
        with table.session.transaction() as other:
            table.update_within(other, [0], a=[60])

    assert table.rows()[0]["a"] == 60


def test_two_creations_of_one_schema_collide_at_once(table: TestTable) -> None:
    with pytest.raises(errors.Conflict), table.session.transaction() as tx1:
        tx1.bucket(BUCKET).create_schema("twice")
        with table.session.transaction() as tx2:
            tx2.bucket(BUCKET).create_schema("twice")


def test_two_creations_of_one_table_collide_with_a_commit_since(table: TestTable) -> None:
    with pytest.raises(errors.Conflict), table.session.transaction() as tx1:
        schema = tx1.bucket(BUCKET).schema(table.schema)
        with table.session.transaction() as tx2:
            tx2.bucket(BUCKET).schema(table.schema).create_table("new", COLUMNS)
        schema.create_table("new", COLUMNS)


def test_rows_for_a_table_that_was_dropped_meanwhile_conflict(table: TestTable) -> None:
    with pytest.raises(errors.Conflict), table.session.transaction() as tx:
        table.insert_within(tx, a=[4], b=["w"])
        with table.session.transaction() as other:
            table.within(other).drop()


def test_a_table_in_a_schema_that_was_dropped_meanwhile_conflicts(session: Any) -> None:
    with session.transaction() as tx:
        tx.bucket(BUCKET).create_schema("short_lived")
    with pytest.raises(errors.Conflict), session.transaction() as tx:
        tx.bucket(BUCKET).schema("short_lived").create_table("t", COLUMNS)
        with session.transaction() as other:
            other.bucket(BUCKET).schema("short_lived").drop()


def test_a_column_added_and_filled_in_one_transaction(table: TestTable) -> None:
    added = pa.field("c", pa.float64())
    with table.session.transaction() as tx:
        tabled = table.within(tx)
        tabled.add_column(pa.schema([added]))
        rows = pa.table(
            [[0, 2], [0.5, 2.5]], schema=pa.schema([pa.field("$row_id", pa.uint64()), added])
        )
        tabled.update(rows)
        inside = tabled.select(predicate=tabled["c"] > 1.0).read_all().to_pylist()

    assert [row["c"] for row in inside] == [2.5]
    assert [row["c"] for row in table.rows()] == [0.5, None, 2.5]


def test_dropped_columns_are_gone_and_their_name_is_free(table: TestTable) -> None:
    with table.session.transaction() as tx:
        table.within(tx).drop_column(pa.schema([COLUMNS.field("b")]))
    with table.session.transaction() as tx:
        table.within(tx).add_column(pa.schema([pa.field("b", pa.int8())]))

    assert table.rows()[0] == {"a": 1, "b": None}


def test_columns_of_a_sorting_key_cannot_be_updated(make_table: TableMaker) -> None:
    table = make_table(COLUMNS, sorting_key=["a"])
    table.insert(a=[1], b=["x"])

    with pytest.raises(errors.BadRequest, match="key"), table.session.transaction() as tx:
        rows = table.within(tx).select(internal_row_id=True).read_all()
        table.within(tx).update(rows, columns=["a"])


def test_many_writers_lose_nothing(table: TestTable, server: LocalVast) -> None:
    """16 clients add one to a counter under retries: every success must count."""

    def add_up(_: int) -> None:
        own = connect(server)
        done = 0
        while done < 2:
            try:
                with own.transaction() as tx:
                    row = table.within(tx).select(["a"], internal_row_id=True, limit_rows=1)
                    value = row.read_all().to_pylist()[0]["a"]
                    table.update_within(tx, [0], a=[value + 1])
                done += 1
            except errors.Conflict:
                continue
        own.api._session.close()

    with concurrent.futures.ThreadPoolExecutor(16) as clients:
        list(clients.map(add_up, range(16)))

    assert table.rows()[0]["a"] == 1 + 16 * 2
