"""What VAST is asked for: the same rows as without push-down, and no more than a query needs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sql.engine import Engine, Limits
from tams.models.timelines import timeline_of
from tams.repositories.session import VastConnection
from tams.runtime.vast import vast_connection
from tams.timing.timestamp import NS_MAX, NS_MIN
from tests.in_process import a_vast_in_process
from tests.integration.local_vast import settings_for
from tests.sql.asking import rows_of
from tests.sql.rows import SECOND, add_flow, add_segments

FLOW_IDS = [str(UUID(int=number << 100)) for number in (1, 2, 3)]
_HOUR = 3_600 * SECOND
STARTS = [
    -SECOND,
    0,
    2 * SECOND,
    30 * _HOUR,
    2**63 - 2 * SECOND,
    2**63 + SECOND,
    NS_MIN,
    NS_MAX - 3 * SECOND,
]
COLUMNS = (
    "flow_id, timerange, start_ns, end_ns, media_day, object_id, key_frame_count, created, day"
)


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VastConnection]:
    with a_vast_in_process(tmp_path_factory.mktemp("vast")) as url:
        made = vast_connection(settings_for(url))
        first, second, third = FLOW_IDS
        again = timeline_of(second, "again")
        add_flow(made, first)
        add_flow(made, second, timeline_id=again)
        add_flow(made, third)
        add_segments(made, first, STARTS)
        add_segments(made, second, STARTS)  # of an earlier Flow with its id
        add_segments(made, again, STARTS[:4], key_frame_count=3)
        add_segments(made, third, [number * 2 * SECOND for number in range(500)])
        yield made


@pytest.fixture(scope="module")
def sent() -> dict[str, int]:
    """How many rows VAST has sent, by view."""
    return {}


@pytest.fixture(scope="module")
def asked(
    connection: VastConnection, sent: dict[str, int], tmp_path_factory: pytest.TempPathFactory
) -> Engine:
    def told(view: str, rows: int) -> None:
        sent[view] = sent.get(view, 0) + rows

    return Engine(connection, Limits("500MB", tmp_path_factory.mktemp("spill")), told)


@pytest.fixture(scope="module")
def read_whole(asked: Engine) -> Iterator[duckdb.DuckDBPyConnection]:
    """The same rows as a table of DuckDB's own."""
    with asked.result(f"SELECT {COLUMNS} FROM segments") as result:
        whole: pa.Table = result.fetch_arrow_table()
    with duckdb.connect() as own:
        own.register("whole", whole)
        own.execute("CREATE TABLE segments AS FROM whole")
        yield own


def literal(name: str) -> st.SearchStrategy[str]:
    days = ("1969-12-31", "1970-01-01", "1970-01-02", "2262-04-11")
    nearby = [start + step for start in STARTS if abs(start) < 2**62 for step in (-1, 0, 1)]
    values: dict[str, list[Any]] = {
        "flow_id": [*FLOW_IDS, FLOW_IDS[1][:8], f"{FLOW_IDS[1]}/", FLOW_IDS[1] + "!", "", "zz"],
        "object_id": ["object 0", "object 3", "object 33", 'quo"te\\', "ünï ✂"],
        "start_ns": nearby,
        "end_ns": nearby,
        "key_frame_count": [0, 3, 4],
        "media_day": list(days),
        "day": list(days),
        "created": [f"{day} {time}" for day in days for time in ("00:00:00", "02:00:00.000001")],
    }
    return st.sampled_from(values[name]).map(
        lambda it: str(it) if isinstance(it, int) else "'" + it.replace("'", "''") + "'"
    )


@st.composite
def comparisons(draw: st.DrawFn) -> str:
    name = draw(
        st.sampled_from(
            ["flow_id", "object_id", "start_ns", "end_ns", "key_frame_count", "media_day", "day", "created"]
        )
    )  # fmt: skip
    kind = draw(
        st.sampled_from(["=", "!=", "<", "<=", ">", ">=", "IN", "BETWEEN", "IS NULL", "LIKE"])
    )
    match kind:
        case "IN":
            return f"{name} IN ({', '.join(draw(st.lists(literal(name), min_size=1, max_size=4)))})"
        case "BETWEEN":
            return f"{name} BETWEEN {draw(literal(name))} AND {draw(literal(name))}"
        case "IS NULL":
            return f"{name} IS {draw(st.sampled_from(['', 'NOT ']))}NULL"
        case "LIKE":
            text = draw(literal(draw(st.sampled_from(["flow_id", "object_id"]))))
            return f"{'object_id' if 'object' in text else 'flow_id'} LIKE {text[:-1]}%'"
    return f"{name} {kind} {draw(literal(name))}"


CONDITIONS = st.recursive(
    comparisons(),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["AND", "OR"]), inner).map(lambda it: f"({' '.join(it)})"),
        inner.map(lambda it: f"NOT ({it})"),
    ),
    max_leaves=5,
)


@settings(max_examples=40)
@given(CONDITIONS)
def test_a_query_has_the_same_rows_with_and_without_push_down(
    asked: Engine, read_whole: duckdb.DuckDBPyConnection, condition: str
) -> None:
    query = f"SELECT {COLUMNS} FROM segments WHERE {condition} ORDER BY flow_id, timerange"

    assert rows_of(asked, query) == read_whole.execute(query).fetchall()


@pytest.mark.parametrize(
    ("condition", "most"),
    [
        (f"flow_id = '{FLOW_IDS[0]}'", 8),
        (f"flow_id IN ('{FLOW_IDS[0]}', '{FLOW_IDS[1]}')", 20),
        (f"flow_id LIKE '{FLOW_IDS[0][:9]}%'", 8),
        (f"flow_id = '{FLOW_IDS[2]}' AND start_ns >= {990 * SECOND}", 5),
        (f"flow_id = '{FLOW_IDS[2]}' AND start_ns BETWEEN 0 AND {3 * SECOND}", 2),
        ("media_day = '1970-01-02'", 3),
        ("start_ns < 0", 5),
        ("object_id = 'object 499'", 1),
        ("key_frame_count = 3 AND upper(object_id) = 'OBJECT 1'", 4),
        ("day > '1970-01-20'", 43),
        ("created >= '1970-01-21 19:00:00'", 1),
    ],
)
def test_vast_sends_only_rows_that_may_match(
    asked: Engine, sent: dict[str, int], condition: str, most: int
) -> None:
    sent.clear()
    rows_of(asked, f"SELECT count(*) FROM segments WHERE {condition}")

    assert 0 < sent["segments"] <= most


def test_the_smaller_side_of_a_join_narrows_the_other(asked: Engine, sent: dict[str, int]) -> None:
    sent.clear()
    query = (
        "SELECT count(*) FROM segments s JOIN flows f ON s.flow_id = f.id "
        f"WHERE f.id = '{FLOW_IDS[0]}'"
    )

    assert rows_of(asked, query) == [(8,)]
    assert sent == {"segments": 8, "flows": 1}


def test_a_query_reads_one_snapshot(connection: VastConnection, tmp_path: Path) -> None:
    """What is written after its first read, it does not see in its second."""
    late = str(UUID(int=9 << 100))

    def told(view: str, _rows: int) -> None:
        if view == "flows" and not written:
            written.append(view)
            add_flow(connection, late)
            add_segments(connection, late, [0])

    written: list[str] = []
    engine = Engine(connection, Limits("500MB", tmp_path), told)
    query = f"SELECT count(*) FROM (SELECT id FROM flows) JOIN segments ON true WHERE flow_id = '{late}'"
    both = f"SELECT (SELECT count(*) FROM flows), (SELECT count(*) FROM segments WHERE flow_id = '{late}')"

    first = rows_of(engine, both)
    assert written
    assert first[0][1] == 0
    assert rows_of(engine, both) == [(first[0][0] + 1, 1)]
    assert rows_of(engine, query)[0][0] > 0
