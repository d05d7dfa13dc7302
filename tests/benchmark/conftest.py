from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.benchmark.form import RECORDS
from tests.benchmark.record import Record

TARGET = Path(__file__).parents[2] / "shared" / "docs" / "benchmarks.json"


@pytest.fixture(scope="session")
def record() -> Iterator[Record]:
    """What the benchmarks of this run found; `make bench` keeps it."""
    kept = Record()
    yield kept
    if RECORDS:
        kept.keep(TARGET)
