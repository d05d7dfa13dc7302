"""A scan holds a page at a time, however long it is, and what does not fit in memory goes to files."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from sql.dataset import ROWS_AT_ONCE, ScanDataset
from sql.engine import Engine, Limits
from sql.scans import SCANS
from sql.snapshot import Snapshots
from tams.repositories.session import VastConnection
from tams.runtime.vast import vast_connection
from tests.in_process import a_vast_in_process
from tests.integration.local_vast import settings_for
from tests.sql.asking import rows_of
from tests.sql.rows import add_flow, add_many_segments

FLOW_IDS = [str(UUID(int=number << 100)) for number in range(1, 4)]
COUNT = 40_000
PAGE_BYTES = 4 << 20


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VastConnection]:
    with a_vast_in_process(tmp_path_factory.mktemp("vast")) as url:
        made = vast_connection(settings_for(url))
        for flow_id in FLOW_IDS:
            add_flow(made, flow_id)
        add_many_segments(made, FLOW_IDS, COUNT)
        yield made


def test_rows_come_in_pages_of_a_bounded_size(connection: VastConnection) -> None:
    (scan,) = (each for each in SCANS if each.name == "segments")
    snapshots = Snapshots(connection, lambda _view, _rows: None)
    with snapshots.query():
        reader = ScanDataset(scan, snapshots).scanner().to_reader()
        pages = [(batch.num_rows, batch.nbytes) for batch in reader]

    assert sum(rows for rows, _ in pages) == COUNT
    assert max(rows for rows, _ in pages) <= ROWS_AT_ONCE
    assert max(size for _, size in pages) < 2 * PAGE_BYTES


def test_rows_that_nobody_fetches_are_not_read(connection: VastConnection, tmp_path: Path) -> None:
    sent = [0]

    def told(_view: str, rows: int) -> None:
        sent[0] += rows

    engine = Engine(connection, Limits("500MB", tmp_path), told)
    with engine.result("FROM segments") as result:
        assert len(result.fetchmany(5)) == 5

    assert 0 < sent[0] < COUNT


def test_a_sort_of_more_than_the_memory_goes_to_files(
    connection: VastConnection, tmp_path: Path
) -> None:
    engine = Engine(connection, Limits("50MB", tmp_path), lambda _view, _rows: None)
    times = 6
    query = (
        "SELECT object_id, timerange, repeat(object_id, 4) AS wide "
        f"FROM segments, range({times}) ORDER BY hash(object_id, range)"
    )

    with engine.result(query) as result:
        first = result.fetchmany(1)
        spilled = sum(each.stat().st_size for each in tmp_path.rglob("*") if each.is_file())
        rest = sum(batch.num_rows for batch in result.fetch_record_batch())

    assert len(first) == 1
    assert spilled > 0
    assert rest >= times * COUNT - 4096, "fetched in chunks, of which the first is the one begun"


def test_a_query_that_needs_too_much_says_what_to_do(
    connection: VastConnection, tmp_path: Path
) -> None:
    engine = Engine(connection, Limits("20MB", tmp_path), lambda _view, _rows: None)

    with pytest.raises(Exception, match="give it more with --memory"):
        rows_of(engine, "SELECT list(repeat(object_id, 20)) FROM segments, range(20)")


def test_sums_over_many_pages_are_exact(connection: VastConnection, tmp_path: Path) -> None:
    engine = Engine(connection, Limits("500MB", tmp_path), lambda _view, _rows: None)
    query = "SELECT flow_id, count(*), sum(duration_ns) FROM segments GROUP BY ALL ORDER BY ALL"

    found = rows_of(engine, query)

    assert [row[0] for row in found] == FLOW_IDS
    assert sum(row[1] for row in found) == COUNT
    assert sum(row[2] for row in found) == COUNT * 2 * 10**9
