from collections.abc import Iterator

import pytest

from tams.repositories.database import Database
from tams.runtime.vast import vast_connection
from tests.in_process import a_vast_in_process
from tests.integration.local_vast import settings_for


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    with a_vast_in_process(tmp_path_factory.mktemp("vast")) as url:
        yield Database(vast_connection(settings_for(url)))
