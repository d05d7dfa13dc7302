"""What a query costs over a plain scan of the same columns, in the same run.

A benchmark, not a test of time: what it asserts are counts.
"""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest

from backup.arrow_rows import read_rows
from sql.dataset import ROWS_AT_ONCE
from sql.engine import Engine, Limits
from tams.repositories.session import VastConnection
from tams.repositories.snapshot import SnapshotDatabase
from tams.repositories.tables import SEGMENTS
from tams.runtime.vast import vast_connection
from tests.benchmark.form import sized
from tests.benchmark.record import Record
from tests.integration.local_vast import settings_for
from tests.provisioned import a_vast_with_tables
from tests.sql.asking import rows_of
from tests.sql.rows import SECOND, add_flow, add_many_segments

COUNT = sized(test=4_000, quick=100_000, long=1_000_000)
FLOW_IDS = [str(UUID(int=number << 100)) for number in range(1, 11)]
TABLE = "Scans in SQL"
COLUMNS = ("flow_id", "start_time", "end_time")

pytestmark = pytest.mark.timeout(3_600)


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VastConnection]:
    with a_vast_with_tables(tmp_path_factory.mktemp("bench")) as url:
        made = vast_connection(settings_for(url))
        for flow_id in FLOW_IDS:
            add_flow(made, flow_id)
        add_many_segments(made, FLOW_IDS, COUNT)
        yield made


def plain_scan(connection: VastConnection) -> int:
    """The columns as VAST sends them, and nothing else."""
    with SnapshotDatabase(connection).snapshot() as transaction:
        pages = read_rows(transaction, SEGMENTS, COLUMNS, rows_max=ROWS_AT_ONCE)
        return sum(page.num_rows for page in pages)


def seconds(work: Callable[[], int]) -> tuple[int, float]:
    begun = time.perf_counter()
    found = work()
    return found, time.perf_counter() - begun


def test_a_query_costs_little_more_than_a_scan(
    connection: VastConnection, record: Record, tmp_path: Path
) -> None:
    sent = [0]

    def told(_view: str, rows: int) -> None:
        sent[0] += rows

    engine = Engine(connection, Limits("300MB", tmp_path), told)

    def summed() -> int:
        query = "SELECT flow_id, count(*), sum(duration_ns) FROM segments GROUP BY ALL"
        rows = rows_of(engine, query)
        assert sum(row[2] for row in rows) == COUNT * 2 * SECOND
        return sum(row[1] for row in rows)

    def narrowed() -> int:
        query = f"SELECT count(*) FROM segments WHERE flow_id = '{FLOW_IDS[0]}'"  # noqa: S608 - our own
        return int(rows_of(engine, query)[0][0])

    plain_scan(connection)
    rows, plain = seconds(lambda: plain_scan(connection))
    assert rows == COUNT
    sent[0] = 0
    counted, whole = seconds(summed)
    assert counted == sent[0] == COUNT
    sent[0] = 0
    found, narrow = seconds(narrowed)
    assert found == sent[0] == COUNT // len(FLOW_IDS)
    for what, count, took in (
        ("plain Arrow scan of three columns", rows, plain),
        ("a sum over all Segments, by Flow", counted, whole),
        ("a count for one Flow of ten", found, narrow),
    ):
        record.line(
            TABLE,
            {
                "what": what,
                "Segments": f"{count:,}",
                "seconds": f"{took:.2f}",
                "Segments per second": f"{count / took:,.0f}",
                "against the plain scan": f"{took / plain:.2f}×",
            },
        )
