"""A store with a little of everything on a local VAST, and an export of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from backup.exporting import export_store
from tams.repositories.session import VastConnection
from tams.runtime.clock import utc_now
from tams.runtime.vast import vast_connection
from tests.integration.backup.stores import fill, silent
from tests.integration.local_vast import settings_for
from tests.provisioned import a_vast_with_tables
from vastlocal.control import Control


@pytest.fixture
def vast_url(tmp_path: Path) -> Iterator[str]:
    with a_vast_with_tables(tmp_path / "vast") as url:
        yield url


@pytest.fixture
def vast(vast_url: str) -> Control:
    return Control(vast_url, "K", "S")


@pytest.fixture
def store(vast_url: str) -> VastConnection:
    connection = vast_connection(settings_for(vast_url))
    fill(connection)
    return connection


@pytest.fixture
def empty(vast_url: str) -> VastConnection:
    """Another schema of the same VAST, without tables."""
    return vast_connection(settings_for(vast_url, schema="restored"))


@pytest.fixture
def exported(store: VastConnection, tmp_path: Path) -> Path:
    folder = tmp_path / "export"
    export_store(store, folder, silent(), utc_now())
    return folder
