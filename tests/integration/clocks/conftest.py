"""One VAST per file, and two hosts on it."""

from collections.abc import Iterator

import pytest

from tams.repositories.provision import provision
from tams.runtime.vast import vast_connection
from tests.integration.clocks.hosts import Host
from tests.integration.local_vast import a_local_vast, settings_for


@pytest.fixture(scope="module")
def vast_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with a_local_vast(tmp_path_factory.mktemp("clocks")) as url:
        provision(vast_connection(settings_for(url)))
        yield url


@pytest.fixture
def host(vast_url: str) -> Host:
    return Host(vast_url)


@pytest.fixture
def other(vast_url: str) -> Host:
    return Host(vast_url)
