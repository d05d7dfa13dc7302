"""A disk that fills up: the server recovers by itself once there is room again."""

from itertools import count

import pyarrow as pa
import pytest
from vastdb.errors import InsufficientCapacity

from tests.small_disk import CannotMountError, small_disk
from tests.vastlocal.conftest import TestTable, connect
from tests.waiting import until
from vastlocal.process import LocalVast

MEGABYTES = 24
CHARACTERS = 100_000


def test_a_log_that_a_reader_kept_from_starting_over_shrinks_when_it_ends() -> None:
    """While a snapshot is open, the log only grows, here until the disk is full."""
    try:
        with small_disk(megabytes=MEGABYTES) as disk, LocalVast(disk.path / "data") as server:
            session = connect(server)
            table = TestTable(session, "s", pa.schema([("n", pa.int64()), ("text", pa.string())]))
            rows = table.insert(n=[0], text=["first"])

            with session.transaction() as reading:
                assert table.within(reading).select(["n"]).read_all().num_rows == 1
                written = next(n for n in count() if not _can_rewrite(table, rows, n))
                assert written * CHARACTERS > MEGABYTES << 19

            until(lambda: _can_rewrite(table, rows, written))
    except CannotMountError as error:
        pytest.skip(str(error))


def _can_rewrite(table: TestTable, rows: list[int], number: int) -> bool:
    """Takes room in the log, and none in the table."""
    try:
        with table.session.transaction() as tx:
            table.update_within(tx, rows, text=[str(number % 10) * CHARACTERS])
    except InsufficientCapacity:
        return False
    return True
