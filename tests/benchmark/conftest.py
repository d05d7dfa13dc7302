import pytest

from tests.benchmark.record import Record


@pytest.fixture(scope="session")
def record() -> Record:
    return Record()
