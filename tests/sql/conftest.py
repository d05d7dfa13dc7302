from collections.abc import Iterator

import httpx
import pytest

from local.stack import Stack
from sql.engine import Engine, Limits
from tams.runtime.vast import vast_connection
from tests.in_process import a_vast_in_process
from tests.integration.local_vast import settings_for
from tests.sql.asking import rows_of
from tests.sql.station import Station
from tests.stacks import UNHURRIED, new_stack
from tests.waiting import until


@pytest.fixture(scope="package")
def on_air(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    env = {**UNHURRIED, "TAMS_RECYCLE_BIN__KEPT_SECONDS": str(7 * 86_400)}
    with new_stack(
        tmp_path_factory.mktemp("station"), workers=1, env=env, schedule_seconds=1
    ) as it:
        yield it


@pytest.fixture(scope="package")
def engine_of_station(on_air: Stack, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    keys = on_air.vast_credentials
    settings = settings_for(on_air.vast_url, access_key=keys.access_key, secret_key=keys.secret_key)
    connection = vast_connection(settings)
    return Engine(connection, Limits("500MB", tmp_path_factory.mktemp("spill")), _silent)


@pytest.fixture(scope="package")
def station(on_air: Stack, engine_of_station: Engine) -> Iterator[Station]:
    """Filled, and everything that happens in the background has happened."""
    with httpx.Client(base_url=on_air.api_url, timeout=120) as api:
        made = Station(api)
        made.fill()
        await_(engine_of_station, "SELECT count(size_bytes) FROM objects", len(made.uploads))
        made.delete_some()
        await_(engine_of_station, "SELECT count(size_bytes) FROM recycle_bin", 2)
        await_(engine_of_station, "SELECT count(*) FROM deletions WHERE status != 'done'", 0)
        places = "SELECT seq FROM events"
        until(lambda: len(made.events()) == len(rows_of(engine_of_station, places)))
        yield made


@pytest.fixture(scope="package")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Of an empty store."""
    with a_vast_in_process(tmp_path_factory.mktemp("vast")) as url:
        limits = Limits("500MB", tmp_path_factory.mktemp("spill"))
        yield Engine(vast_connection(settings_for(url)), limits, _silent)


def await_(engine: Engine, query: str, count: int) -> None:
    until(lambda: rows_of(engine, query) == [(count,)])


def _silent(_view: str, _rows: int) -> None:
    """Progress is of no interest."""
