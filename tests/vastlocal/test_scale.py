"""A million rows shaped like those of `segments`. Takes minutes, so it runs only with TAMS_SOAK=1."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import psutil
import pyarrow as pa
import pytest
from vastdb.table import QueryConfig

from tests.vastlocal.conftest import TestTable, connect
from vastlocal.process import LocalVast

pytestmark = [
    pytest.mark.soak,
    pytest.mark.timeout(1800),
]

FLOWS, PER_FLOW, BATCH = 100, 10_000, 20_000
STEP_NS = 2_000_000_000
RSS_MAX_BYTES = 1_500_000_000
TEXTS = ("timerange", "object_id", "ts_offset", "last_duration", "tags", "instances", "author")
NUMBERS = ("start_ns", "end_ns", "sample_offset", "sample_count", "key_frame_count", "revision")
COLUMNS = pa.schema(
    [
        ("flow_id", pa.string()),
        *((name, pa.int64()) for name in NUMBERS),
        *((name, pa.string()) for name in TEXTS),
        ("created", pa.timestamp("us", "UTC")),
        ("deleted", pa.bool_()),
    ]
)
ONE_SPLIT = QueryConfig(num_splits=1, num_sub_splits=1)


def flow_id(number: int) -> str:
    return str(UUID(int=(number * 2654435761 << 90) % (1 << 128)))


def _batch(flow: int, first: int, count: int) -> pa.Table:
    numbers = range(first, first + count)
    flow_name = flow_id(flow)
    columns: dict[str, Any] = {
        "flow_id": [flow_name] * count,
        "start_ns": [n * STEP_NS for n in numbers],
        "end_ns": [(n + 1) * STEP_NS for n in numbers],
        "timerange": [f"[{2 * n}:0_{2 * n + 2}:0)" for n in numbers],
        "object_id": [f"{flow_name}/{n:06}" for n in numbers],
        "instances": [f'[{{"url":"https://example.com/{flow_name}/{n:0200}"}}]' for n in numbers],
        "created": [1_700_000_000_000_000 + n for n in numbers],
        "deleted": [False] * count,
    }
    for field in COLUMNS:
        default = "0:40000000" if pa.types.is_string(field.type) else 1
        columns.setdefault(field.name, [default] * count)
    return pa.table({name: columns[name] for name in COLUMNS.names}, schema=COLUMNS)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalVast]:
    with LocalVast(tmp_path_factory.mktemp("million")) as running:
        yield running


@pytest.fixture(scope="module")
def table(server: LocalVast) -> TestTable:
    made = TestTable(connect(server), "million", COLUMNS, sorting_key=["flow_id", "start_ns"])
    with made.session.transaction() as tx:
        others = [name for name in COLUMNS.names if name != "object_id"]
        made.within(tx).create_projection("by_object", ["object_id"], others)
    for flow in range(FLOWS):
        with made.session.transaction() as tx:
            made.within(tx).insert(_batch(flow, 0, PER_FLOW))
    return made


def server_ms(server: LocalVast, table: TestTable, ask: Callable[[Any, int], Any]) -> float:
    """Mean server time of a warm select, milliseconds."""
    with table.session.transaction() as tx:
        reached = table.within(tx)
        for n in range(5):
            ask(reached, n)
        server.control.reset()
        for n in range(50):
            ask(reached, n)
    counted = server.control.counters()
    return 1000 * counted.seconds["query_rows"] / counted.requests["query_rows"]


def _select(table: Any, predicate: Any, columns: list[str] | None = None) -> int:
    found = table.select(columns, predicate=predicate, config=ONE_SPLIT).read_all()
    return int(found.num_rows)


def test_selects_are_quick(server: LocalVast, table: TestTable) -> None:
    def point(t: Any, n: int) -> None:
        key = (t["flow_id"] == flow_id(n)) & (t["start_ns"] == n * 7 * STEP_NS)
        assert _select(t, key) == 1

    def by_object(t: Any, n: int) -> None:
        assert _select(t, t["object_id"] == f"{flow_id(n)}/{n * 7:06}") == 1

    def in_range(t: Any, n: int, columns: list[str] | None = None) -> None:
        starts = t["start_ns"].between(n * STEP_NS, (n + 999) * STEP_NS)
        assert _select(t, (t["flow_id"] == flow_id(n)) & starts, columns) == 1000

    figures = {
        "point": server_ms(server, table, point),
        "object": server_ms(server, table, by_object),
        "range of 1000": server_ms(server, table, in_range),
        "count of 1000": server_ms(server, table, lambda t, n: in_range(t, n, [])),
    }

    print(figures)  # noqa: T201 - a measurement
    assert figures["point"] <= 3
    assert figures["object"] <= 3
    assert figures["range of 1000"] <= 15
    assert figures["count of 1000"] <= 3


def test_memory_stays_small_while_all_is_read_and_much_is_changed(
    server: LocalVast, table: TestTable
) -> None:
    peaks = {}
    with table.session.transaction() as tx:
        total = sum(batch.num_rows for batch in table.within(tx).select())
        peaks["full read"] = server.control.health().rss_bytes
    assert total == FLOWS * PER_FLOW

    with table.session.transaction() as tx:
        reached = table.within(tx)
        for flow in range(10):
            key = reached["flow_id"] == flow_id(flow)
            rows = reached.select(["revision"], predicate=key, internal_row_id=True).read_all()
            reached.update(rows.set_column(0, "revision", pa.array([2] * len(rows))))
        peaks["updates"] = server.control.health().rss_bytes
    peaks["commit of updates"] = server.control.health().rss_bytes
    with table.session.transaction() as tx:
        reached = table.within(tx)
        for flow in range(10, 20):
            key = reached["flow_id"] == flow_id(flow)
            reached.delete(reached.select([], predicate=key, internal_row_id=True).read_all())
    peaks["commit of deletes"] = server.control.health().rss_bytes

    print({name: f"{peak / 1e6:.0f} MB" for name, peak in peaks.items()})  # noqa: T201
    assert max(peaks.values()) < RSS_MAX_BYTES
    with table.session.transaction() as tx:
        reached = table.within(tx)
        assert _select(reached, None, []) == (FLOWS - 10) * PER_FLOW
        assert _select(reached, reached["revision"] == 2, []) == 10 * PER_FLOW


def test_a_restart_costs_less_than_three_seconds(server: LocalVast, table: TestTable) -> None:
    server.kill()

    server.start()
    table.session = connect(server)
    with table.session.transaction() as tx:
        reached = table.within(tx)
        found = _select(reached, reached["object_id"] == f"{flow_id(50)}/000007")

    assert found == 1
    used = psutil.Process(server.pid).cpu_times()  # its CPU, which no other process delays
    assert used.user + used.system < 3
