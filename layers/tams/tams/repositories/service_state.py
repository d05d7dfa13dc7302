"""The row of the service on VAST: what clients set, the time shared by all hosts, and its health."""

from collections.abc import Sequence

from tams.repositories.changing import ChangingRows
from tams.repositories.service_tables import GUARDS, SERVICE
from tams.repositories.transaction import ROW_ID, Row
from tams.repositories.visible import VisibleTransaction


class ServiceRepository:
    """The one row of `service`, made by `provision`."""

    def __init__(self, transaction: VisibleTransaction) -> None:
        self._transaction = transaction

    def get(self) -> tuple[str | None, str | None]:
        """Name and description, where a client has set them."""
        (row,) = self._transaction.select(SERVICE, None, ["name", "description"])
        return row["name"], row["description"]

    def save(self, name: str | None, description: str | None) -> None:
        rows, _ = self._read([])
        rows.save({"name": name, "description": description})

    def believed_us(self, now_us: int, step_us: int) -> int:
        """The time shared by all hosts, moved towards `now_us` by at most one step."""
        rows, row = self._read(["believed_us"])
        before_us = row["believed_us"]
        believed_us = now_us if before_us is None else min(now_us, before_us + step_us)
        rows.update([{"believed_us": believed_us}])
        return believed_us

    def last_believed_us(self) -> int | None:
        """The time shared by all hosts, as the last reading left it."""
        (row,) = self._transaction.select(SERVICE, None, ["believed_us"])
        believed_us: int | None = row["believed_us"]
        return believed_us

    def _read(self, columns: Sequence[str]) -> tuple[ChangingRows, Row]:
        rows = ChangingRows(self._transaction, SERVICE, key=None)
        found = self._transaction.select(SERVICE, None, [*columns, "revision"], with_row_id=True)
        return rows, rows.track(found)[0]


class HealthRepository:
    """The service's own state: when the sweeper last ran, and whether VAST accepts rows."""

    def __init__(self, transaction: VisibleTransaction) -> None:
        self._transaction = transaction

    def swept_us(self) -> int | None:
        (row,) = self._transaction.select(SERVICE, None, ["swept_us"])
        swept_us: int | None = row["swept_us"]
        return swept_us

    def save_swept_us(self, now_us: int) -> None:
        (row,) = self._transaction.select(SERVICE, None, ["revision"], with_row_id=True)
        self._transaction.update(SERVICE, [{ROW_ID: row[ROW_ID], "swept_us": now_us}])

    def try_to_write(self) -> None:
        """Insert a row that collides with no other; only for a transaction that is rolled back."""
        self._transaction.insert(GUARDS, [{"slot": -1, "revision": 0}])
