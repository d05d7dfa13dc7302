"""Compares the tables on VAST with those of this release, and repairs what differs.

Migrations bring tables from one version to the next. This is for what happened to them since: something was
dropped by hand, restored from elsewhere, or VAST refused it at the time.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tams.repositories.all_tables import ALL
from tams.repositories.database import Database
from tams.repositories.migrations.back_fill import BackFill
from tams.repositories.migrations.definitions import Definitions
from tams.repositories.migrations.first_rows import FirstRows
from tams.repositories.migrations.migration import Turn
from tams.repositories.migrations.numbered import MIGRATIONS
from tams.repositories.schema_version import KNOWN
from tams.repositories.session import VastConnection
from tams.repositories.table import Projection, Table
from tams.repositories.transaction import VastTransaction

_log = logging.getLogger(__name__)

Remedy = Callable[[Definitions], list[str]]


@dataclass(frozen=True)
class Difference:
    words: str
    """The difference, described for an operator."""
    remedy: Remedy | None
    """Repairs it and returns one line for each thing done. None if only a person can."""
    loses_values: bool = False
    """Whether the remedy leaves nulls, or no rows, where a migration once put values."""


def differences(definitions: Definitions) -> list[Difference]:
    """All differences, by table. About four round trips per table."""
    return [each for table in ALL for each in _of(table, definitions)]


def mend(database: Database, connection: VastConnection) -> list[str]:
    """Repair everything that can be repaired, and log the rest. Returns one line for each thing done.

    The tables must have the version of this release. After any interruption, it may be run again.
    """
    found = database.read(lambda it: differences(Definitions(it, connection)))
    done: list[str] = []
    for each in found:
        if each.remedy is None:
            _log.warning("%s", each.words)
        else:
            done += database.write(_applied(each.remedy, connection))
    if any(each.loses_values for each in found):
        done += _restore_values(Turn(database, connection, KNOWN + 1))
    return done


def _applied(remedy: Remedy, connection: VastConnection) -> Callable[[VastTransaction], list[str]]:
    return lambda it: remedy(Definitions(it, connection))


def _restore_values(turn: Turn) -> list[str]:
    """Each step does only what is still to be done, so all may run."""
    steps = [step for each in MIGRATIONS for step in each.steps]
    fills = [step for step in steps if isinstance(step, BackFill)]
    done = FirstRows().run(turn)
    for each in fills:
        done += each.run(turn)
    return done


def _of(table: Table, definitions: Definitions) -> Iterator[Difference]:
    if not definitions.has(table):
        yield Difference(
            f"table {table.name} is missing: it will be created, without the rows it had",
            lambda it: it.create(table),
            loses_values=True,
        )
        return
    yield from _columns(table, definitions.columns(table))
    yield from _sorting(table, definitions)
    there = definitions.projections(table) if table.projections else {}
    for each in table.projections:
        yield from _projection(table, each, there.get(each.name))


def _columns(table: Table, there: dict[str, str]) -> Iterator[Difference]:
    missing = [name for name in table.names if name not in there]
    if missing:
        words = ", ".join(f"{table.name}.{name}" for name in missing)
        yield Difference(
            f"column {words} is missing" if len(missing) == 1 else f"columns {words} are missing",
            lambda it: it.add_columns(table, missing),
            loses_values=True,
        )
    for name, type_ in table.columns:
        if there.get(name, type_.value) != type_.value:
            yield Difference(
                f"column {table.name}.{name} is of type {there[name]} instead of {type_.value}: "
                "restore the table from a snapshot",
                None,
            )


def _sorting(table: Table, definitions: Definitions) -> Iterator[Difference]:
    wanted, there = definitions.wanted_sorting_key(table), definitions.sorting_key(table)
    if there == wanted:
        return
    if not there:
        yield Difference(
            f"table {table.name} is not sorted by {', '.join(wanted)}",
            lambda it: it.add_sorting_key(table),
        )
    elif not wanted and table.sorting_key:
        yield Difference(
            f"table {table.name} is sorted, but TAMS_VAST__SORTED_TABLES is false: "
            "functions that have this setting cannot change its rows",
            None,
        )
    else:
        yield Difference(
            f"table {table.name} is sorted by {', '.join(there)} instead of "
            f"{', '.join(wanted) or 'nothing'}: VAST cannot change that; copy the rows to a new table",
            None,
        )


def _projection(table: Table, wanted: Projection, there: set[str] | None) -> Iterator[Difference]:
    if there is None:
        yield Difference(
            f"projection {wanted.name} is missing: answers are right, but slow",
            lambda it: it.add_projections(table),
        )
    elif there != wanted.columns:
        yield Difference(
            f"projection {wanted.name} has the columns {', '.join(sorted(there))} instead of "
            f"{', '.join(sorted(wanted.columns))}: it will be created again",
            lambda it: it.renew_projection(table, wanted.name),
        )
