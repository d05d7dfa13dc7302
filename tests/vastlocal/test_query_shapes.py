"""A query that resembles an earlier one gets its own answer, whatever differs between them."""

import math
import random
from typing import Any

import pyarrow as pa
import pytest

from tests.vastlocal.conftest import TableMaker, TestTable

COLUMNS = pa.schema(
    [("n", pa.int64()), ("text", pa.string()), ("real", pa.float64()), ("wide", pa.uint64())]
)
ROWS: list[dict[str, Any]] = [
    {"n": n, "text": f"{n % 7}{'äb'[n % 2]}", "real": n / 4 if n % 5 else math.nan, "wide": n * n}
    for n in range(60)
]


@pytest.fixture
def table(make_table: TableMaker) -> TestTable:
    made = make_table(COLUMNS)
    made.insert(**{name: [row[name] for row in ROWS] for name in COLUMNS.names})
    return made


def _found(within: Any, predicate: Any) -> list[int]:
    return sorted(within.select(["n"], predicate=predicate).read_all()["n"].to_pylist())


def test_only_the_literals_differ(table: TestTable) -> None:
    with table.session.transaction() as tx:
        within = table.within(tx)
        for n in (3, 0, 59, 60, -1, 3):
            assert _found(within, within["n"] == n) == [r["n"] for r in ROWS if r["n"] == n]
            assert _found(within, (within["n"] > n) & (within["wide"] <= 900)) == [
                r["n"] for r in ROWS if r["n"] > n and r["wide"] <= 900
            ]
        for text in ("0b", "3b", "6b", "ää", "9b", "0b"):
            assert _found(within, within["text"] == text) == [
                r["n"] for r in ROWS if r["text"] == text
            ]


def test_a_literal_that_needs_other_sql(table: TestTable) -> None:
    """No number equals NaN, and the upper bound of a prefix need not be valid UTF-8."""
    with table.session.transaction() as tx:
        within = table.within(tx)
        for real in (0.25, math.nan, 0.5, math.nan):
            assert _found(within, within["real"] == real) == [
                r["n"] for r in ROWS if r["real"] == real
            ]
            assert _found(within, within["real"] >= real) == [
                r["n"] for r in ROWS if r["real"] >= real
            ]
        for prefix in ("0b", "2ä", "1b", "4ä"):
            assert _found(within, within["text"].startswith(prefix)) == [
                r["n"] for r in ROWS if r["text"].startswith(prefix)
            ]


@pytest.mark.parametrize("count", [1, 2, 15, 16, 40])
def test_lists_of_values(table: TestTable, count: int) -> None:
    chance = random.Random(count)
    with table.session.transaction() as tx:
        within = table.within(tx)
        for _ in range(4):
            wanted = chance.sample(range(80), count)
            assert _found(within, within["n"].isin(wanted)) == sorted(n for n in wanted if n < 60)


def test_changes_of_its_own_transaction_are_seen(table: TestTable) -> None:
    with table.session.transaction() as tx:
        within = table.within(tx)
        assert _found(within, within["n"] == 1) == [1]
        table.delete_within(tx, [1])
        assert _found(within, within["n"] == 1) == []
        table.insert_within(tx, n=[1, 1], text=["new", "new"])
        assert _found(within, within["n"] == 1) == [1, 1]
        assert _found(within, within["n"] == 2) == [2]
        within.drop_column(pa.schema([COLUMNS.field("text")]))
        assert _found(within, within["n"] == 2) == [2]
    assert len(table.rows()) == len(ROWS) + 1
    assert set(table.rows()[0]) == {"n", "real", "wide"}
