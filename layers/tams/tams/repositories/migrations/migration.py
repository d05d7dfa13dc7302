"""One numbered change of the tables, and how it is carried out.

Each step is one transaction or several, and each of these also writes the row of the schema version. Two
provisioners therefore collide there whatever they do, and a step never runs after its migration has ended. A
killed provisioner leaves whole steps, or whole batches of one. The next one runs the same steps again, and
each step skips what is done.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from tams.errors import TamsError
from tams.repositories.database import Database
from tams.repositories.migrations.definitions import Definitions
from tams.repositories.service_tables import SCHEMA_VERSION
from tams.repositories.session import VastConnection
from tams.repositories.transaction import ROW_ID, Row, VastTransaction

T = TypeVar("T")


class EndedElsewhereError(TamsError):
    """Another provisioner has completed this migration."""


@dataclass(frozen=True)
class Turn:
    """What the steps of a migration work with."""

    database: Database
    connection: VastConnection
    number: int

    def write(self, work: Callable[[VastTransaction], T]) -> T:
        """Run work in a transaction, again on a conflict. Raises EndedElsewhereError."""

        def held(transaction: VastTransaction) -> T:
            self._mark(transaction, lambda _: {})
            return work(transaction)

        return self.database.write(held)

    def define(self, work: Callable[[Definitions], T]) -> T:
        """The same for work on definitions."""
        return self.write(lambda it: work(Definitions(it, self.connection)))

    def end(self, *, additive: bool) -> None:
        def ended(row: Row) -> Row:
            oldest_reader = row["oldest_reader"] if additive else self.number
            return {"version": self.number, "oldest_reader": oldest_reader}

        self.database.write(lambda it: self._mark(it, ended))

    def _mark(self, transaction: VastTransaction, change: Callable[[Row], Row]) -> None:
        columns = SCHEMA_VERSION.names
        rows = transaction.select(SCHEMA_VERSION, None, columns, with_row_id=True)
        if any(row["version"] >= self.number for row in rows):
            raise EndedElsewhereError
        changed = [
            {ROW_ID: row[ROW_ID], "revision": row["revision"] + 1, **change(row)} for row in rows
        ]
        transaction.update(SCHEMA_VERSION, changed)


class Step(Protocol):
    def run(self, turn: Turn) -> list[str]:
        """Returns one line for each thing done. May be run again at any time, after a kill at any point."""
        ...


@dataclass(frozen=True)
class Migration:
    """Brings the tables from schema version `number - 1` to `number`.

    An `additive` migration leaves the tables usable for the releases that could use them before: it adds,
    fills in what only newer releases read, or drops what changes no answer. Any other migration locks out all
    earlier releases.
    """

    number: int
    title: str
    steps: tuple[Step, ...]
    additive: bool = True

    def run(self, database: Database, connection: VastConnection) -> list[str]:
        """Returns one line for each thing done, and none if another provisioner did it."""
        turn = Turn(database, connection, self.number)
        done: list[str] = []
        try:
            for step in self.steps:
                done += step.run(turn)
            turn.end(additive=self.additive)
        except EndedElsewhereError:
            return done
        return [*done, f"schema version {self.number}: {self.title}"]
