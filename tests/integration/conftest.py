from collections.abc import Iterator

import pytest

from tams.container import Container
from tams.repositories.provision import provision
from tams.runtime.aws import build_from, vast_connection
from tests.integration.local_vast import a_local_vast, settings_for
from vastlocal.control import Control


@pytest.fixture(scope="module", params=["strict", "column", "commit"])
def vast_url(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Once for each way in which a cluster may find row conflicts (ADR 3)."""
    with a_local_vast(tmp_path_factory.mktemp("vast"), conflicts=request.param) as url:
        provision(vast_connection(settings_for(url)))
        yield url


@pytest.fixture
def container(vast_url: str) -> Container:
    return build_from(settings_for(vast_url))


@pytest.fixture
def vast(vast_url: str) -> Control:
    return Control(vast_url, "K", "S")
