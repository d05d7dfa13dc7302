"""The one transaction in which a query reads, however many scans it takes."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from sql.showing import Hidden
from tams.errors import BackendUnavailableError
from tams.repositories.migrations.definitions import Definitions
from tams.repositories.provision import version_of
from tams.repositories.schema_version import fault_of
from tams.repositories.session import VastConnection
from tams.repositories.snapshot import SnapshotDatabase
from tams.repositories.transaction import VastTransaction
from tams.repositories.visible import VisibleTransaction

Told = Callable[[str, int], None]
"""Takes the name of a view and how many rows VAST has sent for it since the last call."""


class Snapshot:
    def __init__(self, transaction: VastTransaction, told: Told) -> None:
        self.transaction = transaction
        self.hidden = Hidden(VisibleTransaction(transaction))
        self._told = told

    def progress(self, view: str) -> Callable[[int], None]:
        return lambda rows: self._told(view, rows)


class Snapshots:
    """Begins a transaction at the first read of a query, and ends it with the query."""

    def __init__(self, connection: VastConnection, told: Told) -> None:
        self._connection = connection
        self._database = SnapshotDatabase(connection)
        self._told = told
        self._open: ExitStack | None = None
        self._current: Snapshot | None = None
        self._failure: Exception | None = None
        self._lock = threading.Lock()
        self._is_checked = False

    @contextmanager
    def query(self) -> Iterator[None]:
        """Raises what made a read fail, in place of what DuckDB made of it."""
        with ExitStack() as stack:
            self._open, self._current, self._failure = stack, None, None
            try:
                yield
            except Exception:
                if self._failure is not None:
                    raise self._failure from None
                raise
            finally:
                self._open = None

    @contextmanager
    def reading(self) -> Iterator[Snapshot]:
        """The query's snapshot, in which DuckDB's threads read. Keeps what goes wrong for `query`."""
        try:
            yield self._snapshot()
        except Exception as error:
            self._failure = error
            raise

    def _snapshot(self) -> Snapshot:
        with self._lock:
            if self._current is None:
                assert self._open is not None, "a read outside of a query"
                transaction = self._open.enter_context(self._database.snapshot())
                if not self._is_checked:
                    self._check(transaction)
                self._current = Snapshot(transaction, self._told)
            return self._current

    def _check(self, transaction: VastTransaction) -> None:
        """Raises BackendUnavailableError if there is no store, or one with tables of another release."""
        found = version_of(transaction, Definitions(transaction, self._connection))
        if found is None:
            raise BackendUnavailableError(
                f"there is no store in the schema {self._connection.schema!r}"
            )
        if fault := fault_of(found):
            raise BackendUnavailableError(fault)
        self._is_checked = True
