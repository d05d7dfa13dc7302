"""Semi-sorted projections: as defined in `tables` and `event_tables`, and as found on VAST.

Every answer is the same with and without them. Without one, VAST reads more rows to find it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tams.errors import InvalidRequestError, quoted
from tams.repositories.all_tables import ALL
from tams.repositories.database import Database
from tams.repositories.migrations.definitions import Definitions
from tams.repositories.session import VastConnection
from tams.repositories.table import Table
from tams.repositories.transaction import VastTransaction


class ProjectionState(StrEnum):
    PRESENT = "present"
    MISSING = "missing"
    DIFFERS = "differs"  # it has other columns than its definition
    EXTRA = "extra"  # this release does not define it


@dataclass(frozen=True, slots=True)
class ProjectionStatus:
    """`columns` are those of the definition, None for an extra one; `found` are those on VAST, if it exists.

    VAST does not say in which order it keeps them.
    """

    table: str
    name: str
    state: ProjectionState
    columns: tuple[str, ...] | None
    found: frozenset[str] | None


def tables_named(names: Sequence[str]) -> list[Table]:
    """The tables with these names; without names, all that have projections. Raises InvalidRequestError."""
    known = {table.name: table for table in ALL}
    if unknown := [name for name in names if name not in known]:
        raise InvalidRequestError(
            f"there is no table {quoted(unknown[0])}; there are {', '.join(sorted(known))}"
        )
    return [known[name] for name in names] or [table for table in ALL if table.projections]


def status_of(definitions: Definitions, tables: Iterable[Table]) -> list[ProjectionStatus]:
    """Defined ones first, by table. All those of a missing table are missing."""
    return [each for table in tables for each in _of_table(definitions, table)]


def read_projections(connection: VastConnection, tables: Sequence[Table]) -> list[ProjectionStatus]:
    """Raises BackendUnavailableError."""
    return Database(connection).read(lambda it: status_of(Definitions(it, connection), tables))


def enable(connection: VastConnection, tables: Sequence[Table]) -> list[str]:
    """Create the missing ones, and replace those that differ. Returns one line for each change.

    VAST fills them in the background. Extra ones are left alone. Raises BackendUnavailableError.
    """

    def work(transaction: VastTransaction) -> list[str]:
        definitions = Definitions(transaction, connection)
        done: list[str] = []
        for table in tables:
            for each in _of_table(definitions, table):
                if each.state is ProjectionState.DIFFERS:
                    done += definitions.drop_projection(table, each.name)
            done += definitions.add_projections(table)
        return done

    return Database(connection).write(work)


def disable(connection: VastConnection, tables: Sequence[Table]) -> list[str]:
    """Drop those that this release defines. Returns one line for each. Raises BackendUnavailableError."""

    def work(transaction: VastTransaction) -> list[str]:
        definitions = Definitions(transaction, connection)
        return [
            line
            for table in tables
            for projection in table.projections
            for line in definitions.drop_projection(table, projection.name)
        ]

    return Database(connection).write(work)


def _of_table(definitions: Definitions, table: Table) -> list[ProjectionStatus]:
    there = definitions.projections(table) if definitions.has(table) else {}
    status = []
    for projection in table.projections:
        wanted = (*projection.sorted_columns, *projection.unsorted_columns)
        found = frozenset(there.pop(projection.name)) if projection.name in there else None
        status.append(
            ProjectionStatus(table.name, projection.name, _state(wanted, found), wanted, found)
        )
    extra = ProjectionState.EXTRA
    return status + [
        ProjectionStatus(table.name, name, extra, None, frozenset(columns))
        for name, columns in sorted(there.items())
    ]


def _state(wanted: tuple[str, ...], found: frozenset[str] | None) -> ProjectionState:
    if found is None:
        return ProjectionState.MISSING
    return ProjectionState.PRESENT if found == set(wanted) else ProjectionState.DIFFERS
