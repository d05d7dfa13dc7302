"""An acknowledged commit survives a crash at any instant; any other is entirely there or not at all."""

import random
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import requests
import vastdb.errors
from vastdb.config import BackoffConfig

from tests.long_form import SOAK
from tests.vastlocal.conftest import TableMaker, TestTable, connect
from tests.waiting import until
from vastlocal.process import LocalVast

COLUMNS = pa.schema([("writer", pa.int64()), ("number", pa.int64()), ("part", pa.int64())])
KILLS = 60 if SOAK else 5
WRITERS, PARTS = 4, 3
_GONE = (vastdb.errors.ConnectionError, vastdb.errors.NotFound, requests.RequestException)


@dataclass
class Writer:
    """Commits numbers one after the other: PARTS rows, and its own guard row set to the number."""

    number: int
    answered: int = 0
    tried: int = 0
    failures: list[BaseException] = field(default_factory=list)

    def run(self, table: TestTable, server: LocalVast) -> None:
        try:
            session = connect(server, backoff_config=BackoffConfig(max_tries=1))
            while True:
                self.tried += 1
                with session.transaction() as tx:
                    self._write(table, tx)
                self.answered = self.tried
        except _GONE:
            return
        except BaseException as failure:  # noqa: BLE001 - told by the test
            self.failures.append(failure)

    def _write(self, table: TestTable, tx: Any) -> None:
        n, w = self.tried, self.number
        table.insert_within(
            tx, writer=[w] * PARTS, number=[n] * PARTS, part=list(range(1, PARTS + 1))
        )
        table.update_within(tx, [w], number=[n])


def _check(writer: Writer, rows: list[dict[str, Any]]) -> int:
    """The last number that is there. Whole, in order, and nothing answered is missing."""
    own = [row for row in rows if row["writer"] == writer.number]
    guard = next(row["number"] for row in own if row["part"] == 0)
    parts = sorted((row["number"], row["part"]) for row in own if row["part"])
    numbers = sorted({number for number, _ in parts})
    assert parts == [(n, p) for n in numbers for p in range(1, PARTS + 1)]
    assert guard == max(numbers, default=0)
    assert guard in (writer.answered, writer.tried)
    return int(guard)


def _wait_for(writers: list[Writer], commits: int) -> None:
    until(lambda: sum(each.answered for each in writers) >= commits)


@pytest.mark.timeout(1200 if SOAK else 600)
def test_answered_commits_survive_kill_9(tmp_path: Path, make_table: TableMaker) -> None:
    chance = random.Random(11)
    with LocalVast(tmp_path) as server:
        table = make_table(COLUMNS, session=connect(server))
        table.insert(writer=list(range(WRITERS)), number=[0] * WRITERS, part=[0] * WRITERS)
        writers = [Writer(number) for number in range(WRITERS)]
        commits = 0
        for kill in range(1, KILLS + 1):
            threads = [
                threading.Thread(target=writer.run, args=(table, server)) for writer in writers
            ]
            for thread in threads:
                thread.start()
            _wait_for(writers, kill * WRITERS)
            time.sleep(chance.uniform(0.0, 0.7))
            server.kill()
            for thread in threads:
                thread.join()
            server.start()
            table.session = connect(server)
            rows = table.rows()
            for writer in writers:
                assert not writer.failures
                writer.answered = writer.tried = _check(writer, rows)
            commits = sum(writer.answered for writer in writers)

    assert commits >= KILLS * WRITERS
