"""Tables of earlier releases on a local VAST."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tams.repositories.database import Database
from tams.repositories.object_tables import OBJECTS
from tams.repositories.service_tables import SCHEMA_VERSION
from tams.repositories.session import VastConnection
from tams.repositories.transaction import ROW_ID, VastTransaction
from tams.runtime.vast import vast_connection
from tests.integration.local_vast import VAST_KEYS, a_local_vast, settings_for
from vastlocal.control import Control


@contextmanager
def store(data: Path, **options: Any) -> Iterator[tuple[VastConnection, Control]]:
    with a_local_vast(data, **options) as url:
        control = Control(url, VAST_KEYS["VASTLOCAL_ACCESS_KEY"], VAST_KEYS["VASTLOCAL_SECRET_KEY"])
        yield vast_connection(settings_for(url)), control


def set_version(connection: VastConnection, **changes: int) -> None:
    def work(transaction: VastTransaction) -> None:
        (row,) = transaction.select(SCHEMA_VERSION, None, ["revision"], with_row_id=True)
        transaction.update(SCHEMA_VERSION, [{ROW_ID: row[ROW_ID], **changes}])

    Database(connection).write(work)


def add_old_objects(connection: VastConnection, number: int, **fields: Any) -> None:
    """As release 0.1.0 allocated them."""
    old = {"state": "allocated", "flow_id": "nobody", "created_us": 5, "revision": 0, **fields}
    rows = [{"id": f"old {n}", **old} for n in range(number)]
    Database(connection).write(lambda it: it.insert(OBJECTS, rows))
