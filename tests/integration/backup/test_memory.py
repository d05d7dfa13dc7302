"""An export and an import hold a bounded part of the rows, however many there are."""

import os
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa

from backup.arrow_rows import arrow_schema, insert_rows
from tams.repositories.database import Database
from tams.repositories.session import VastConnection
from tams.repositories.tables import FLOWS
from tams.runtime.vast import vast_connection
from tests.integration.local_vast import settings_for
from tests.long_form import SOAK

RSS_MAX = 250 << 20
ROW_BYTES = 100_000
ROWS = 10_000 if SOAK else 2_700
"""They are more than may be held; in the long form, several times as much."""
_PEAK = """
import sys
from pathlib import Path
from backup.__main__ import main
code = main()
status = Path("/proc/self/status").read_text()
print(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))
sys.exit(code)
"""


def wide_rows(connection: VastConnection) -> int:
    """Puts rows of about a hundred kilobytes in a table. Returns their bytes."""
    schema = arrow_schema(FLOWS.columns)
    for first in range(0, ROWS, 40):
        numbers = range(first, first + 40)
        columns: dict[str, list[Any]] = {name: [None] * len(numbers) for name in schema.names}
        columns["id"] = [f"flow {number}" for number in numbers]
        columns["document"] = [f"{number:08}" * (ROW_BYTES // 8) for number in numbers]
        batch = pa.RecordBatch.from_pydict(columns, schema=schema)
        Database(connection).write(partial(insert_rows, table=FLOWS, batch=batch))
    return ROWS * ROW_BYTES


def peak_of(vast_url: str, schema: str, *arguments: str) -> int:
    """The largest memory of a process that runs the backup, in bytes."""
    told = {
        "TAMS_VAST__ENDPOINT": vast_url,
        "TAMS_VAST__BUCKET": "tams",
        "TAMS_VAST__SCHEMA": schema,
        "TAMS_VAST__ACCESS_KEY": "K",
        "TAMS_VAST__SECRET_KEY": "S",
    }
    command = [sys.executable, "-c", _PEAK, *arguments]
    done = subprocess.run(
        command, env={**os.environ, **told}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return int(done.stdout.split()[-1]) << 10


def test_memory_does_not_grow_with_the_rows(vast_url: str, tmp_path: Path) -> None:
    store, folder = vast_connection(settings_for(vast_url)), str(tmp_path / "export")
    assert wide_rows(store) > RSS_MAX

    assert peak_of(vast_url, store.schema, "export", folder) < RSS_MAX
    if SOAK:
        assert peak_of(vast_url, "restored", "import", folder) < RSS_MAX
