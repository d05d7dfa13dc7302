"""Failures on demand, as the SDK meets them."""

import time

import pyarrow as pa
import pytest
import requests
from vastdb import errors
from vastdb._internal import QueryDataInternalError

from tests.vastlocal.conftest import TableMaker, TestTable
from vastlocal.control import Control, ControlError
from vastlocal.http.faults import FaultAction

COLUMNS = pa.schema([("a", pa.int64()), ("b", pa.string())])


@pytest.fixture
def table(make_table: TableMaker) -> TestTable:
    made = make_table(COLUMNS)
    made.insert(a=list(range(500)), b=[f"row {n}" for n in range(500)])
    return made


def test_slow_down_is_retried_by_the_sdk(table: TestTable, control: Control) -> None:
    control.inject(FaultAction.SLOW_DOWN, "begin", times=1)

    assert len(table.rows()) == 500

    counted = control.counters()
    assert counted.statuses[503] == 1
    assert counted.requests["begin"] == 2


def test_slow_down_without_end_reaches_the_caller(table: TestTable, control: Control) -> None:
    control.inject(FaultAction.SLOW_DOWN, "commit", times=None)

    with pytest.raises(errors.Slowdown), table.session.transaction() as tx:
        table.insert_within(tx, a=[1], b=["lost"])
    control.clear_faults()

    assert len(table.rows()) == 500


def test_commit_whose_answer_is_lost_has_happened(table: TestTable, control: Control) -> None:
    control.inject(FaultAction.DROP_AFTER, "commit")

    with pytest.raises(errors.ConnectionError), table.session.transaction() as tx:
        table.insert_within(tx, a=[1000], b=["kept"])

    assert len(table.rows()) == 501


def test_commit_that_never_arrived_has_not_happened(table: TestTable, control: Control) -> None:
    control.inject(FaultAction.DROP_BEFORE, "commit")

    with pytest.raises(errors.ConnectionError), table.session.transaction() as tx:
        table.insert_within(tx, a=[1000], b=["lost"])
    assert len(table.rows()) == 500

    table.session.api.commit_transaction(_last_open(control))
    assert len(table.rows()) == 501


def _last_open(control: Control) -> int:
    """The transaction that has begun and neither committed nor rolled back."""
    (txid,) = (
        txid
        for txid, kinds in control.counters().transactions.items()
        if not kinds.keys() & {"commit", "rollback"}
    )
    return txid


def test_a_stream_cut_in_the_middle_is_resumed(table: TestTable, control: Control) -> None:
    control.inject(FaultAction.CUT_STREAM, "query_rows")

    assert sorted(row["a"] for row in table.rows()) == list(range(500))
    assert control.counters().requests["query_rows"] == 2


def test_a_server_that_fails_in_the_middle_is_told(table: TestTable, control: Control) -> None:
    control.inject(FaultAction.FAIL_STREAM, "query_rows")

    with pytest.raises(QueryDataInternalError):
        table.rows()


def test_shuffled_rows_are_the_same_rows(table: TestTable, control: Control) -> None:
    control.inject(FaultAction.SHUFFLE, "query_rows")

    shuffled = table.rows()

    assert [row["a"] for row in shuffled] != list(range(500))
    assert sorted(shuffled, key=lambda row: int(row["a"])) == table.rows()
    assert all(row["b"] == f"row {row['a']}" for row in shuffled)


def test_delay_meets_the_requests_of_its_path_only(
    table: TestTable, control: Control, make_table: TableMaker
) -> None:
    other = make_table(COLUMNS)
    control.inject(FaultAction.DELAY, "query_rows", path_contains=f"/{table.schema}/", seconds=0.5)

    other.rows()
    assert len(control._call("GET", "faults")) == 1, "it still waits for its path"
    started = time.monotonic()
    table.rows()

    assert time.monotonic() - started >= 0.5
    assert control._call("GET", "faults") == []


def test_a_fault_may_let_some_requests_pass_first(table: TestTable, control: Control) -> None:
    control.inject(FaultAction.ERROR, "query_rows", skip=2, status=500)

    table.rows()
    table.rows()
    with pytest.raises(errors.InternalServerError):
        table.rows()
    table.rows()


def test_faults_are_listed_and_reset(control: Control) -> None:
    control.inject(FaultAction.ERROR, status=500, times=None)
    assert requests.get(control.endpoint + "/?transaction", timeout=120).status_code == 500

    control.reset()

    assert control._call("GET", "faults") == []
    assert requests.get(control.endpoint + "/?transaction", timeout=120).status_code != 500


def test_an_unknown_fault_is_refused(control: Control) -> None:
    with pytest.raises(ControlError, match="400"):
        control._call("POST", "faults", {"action": "explode"})


def test_counters_know_each_transaction(table: TestTable, control: Control) -> None:
    with table.session.transaction() as tx:
        txid = tx.txid
        table.rows_within(tx)

    kinds = control.counters().transactions[txid]

    assert kinds["begin"] == kinds["commit"] == 1
    assert kinds["query_rows"] >= 1
    assert control.counters().seconds["query_rows"] > 0
