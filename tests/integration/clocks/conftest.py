"""One VAST per file, and two hosts on it."""

from collections.abc import Iterator

import pytest

from tests.integration.clocks.hosts import Host
from tests.provisioned import a_vast_with_tables


@pytest.fixture(scope="module")
def vast_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with a_vast_with_tables(tmp_path_factory.mktemp("clocks")) as url:
        yield url


@pytest.fixture
def host(vast_url: str) -> Host:
    return Host(vast_url)


@pytest.fixture
def other(vast_url: str) -> Host:
    return Host(vast_url)
