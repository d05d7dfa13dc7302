from collections.abc import Iterator

import pytest

from tests.integration.local_vast import settings_for
from tests.provisioned import a_vast_with_tables
from tests.services import Services, services_of
from vastlocal.control import Control


@pytest.fixture(scope="module", params=["strict", "column", "commit"])
def vast_url(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Once for each way in which a cluster may find row conflicts (ADR 3)."""
    with a_vast_with_tables(tmp_path_factory.mktemp("vast"), conflicts=request.param) as url:
        yield url


@pytest.fixture
def services(vast_url: str) -> Services:
    return services_of(settings_for(vast_url))


@pytest.fixture
def vast(vast_url: str) -> Control:
    return Control(vast_url, "K", "S")
