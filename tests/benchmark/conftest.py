import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.benchmark.record import Record

TARGET = Path(__file__).parents[2] / "shared" / "docs" / "benchmarks.md"


@pytest.fixture(scope="session")
def record() -> Iterator[Record]:
    """What the benchmarks of this run found; `make bench` keeps it."""
    kept = Record()
    yield kept
    if os.environ.get("TAMS_BENCH"):
        TARGET.write_text(kept.markdown())
