"""DuckDB with the views of a store in it, and nothing else that a query could reach."""

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from sql.dataset import ScanDataset
from sql.door import Door
from sql.faults import QueryError, fault_of
from sql.macros import MACROS
from sql.scans import SCANS
from sql.snapshot import Snapshots, Told
from sql.view import scan_table
from sql.views import ALL
from tams.repositories.session import VastConnection

TABLES = "SHOW TABLES"
_TABLES_SHOWN = re.compile(r"show\s+(all\s+)?tables", re.IGNORECASE)
_THREADS_MAX = 4
"""One stream of VAST feeds them all, and each takes memory."""
_TELLING = re.compile(r"(describe|desc|show|summarize)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Limits:
    """`memory` is a size such as `2GB`. What does not fit goes to `spill_folder`."""

    memory: str
    spill_folder: Path
    writes_to: tuple[Path, ...] = ()
    """Files and folders that results go to."""
    reads_files: bool = False


class Engine:
    """Raises QueryError for what is wrong with a query, BackendUnavailableError for VAST."""

    def __init__(self, connection: VastConnection, limits: Limits, told: Told) -> None:
        self._snapshots = Snapshots(connection, told)
        self.door = Door()
        try:
            self._duckdb = _opened(limits)
        except duckdb.Error as error:
            raise QueryError(fault_of(error, ALL)) from None
        for scan in SCANS:
            self._duckdb.register(scan_table(scan.name), ScanDataset(scan, self._snapshots))
        for view in ALL:
            self._duckdb.execute(f"CREATE TEMP VIEW {view.name} AS {view.select}")
        for macro in MACROS:
            self._duckdb.execute(f"CREATE TEMP MACRO {macro.signature} AS {macro.expression}")
        _close(self._duckdb, limits, self.door)

    def statements(self, text: str) -> list[str]:
        """The queries in a text, each of which only reads."""
        with _faults():
            found = duckdb.extract_statements(text)
        for each in found:
            type_ = each.type
            if type_ == duckdb.StatementType.EXPLAIN:
                type_ = _explained(each.query)
            if type_ != duckdb.StatementType.SELECT:
                kind = type_.name.replace("_", " ")
                raise QueryError(f"`tams sql` only reads: it takes SELECT, not {kind}")
        queries = [each.query.strip().rstrip(";") for each in found]
        return [_TABLES if _TABLES_SHOWN.fullmatch(each) else each for each in queries]

    @contextmanager
    def result(self, query: str) -> Iterator[duckdb.DuckDBPyConnection]:
        """The rows of a query, read from one snapshot, which ends with the block."""
        with self._snapshots.query(), _faults():
            yield self._duckdb.execute(query)

    def copy(self, query: str, target: str, options: Sequence[str]) -> int:
        """Has DuckDB write the rows of a query. Returns how many."""
        if duckdb.extract_statements(query)[0].type == duckdb.StatementType.EXPLAIN:
            raise QueryError(
                "EXPLAIN shows a plan, which has no rows: leave out --format and --output"
            )
        # A query may end with a comment, so what follows is on a line of its own.
        rows = f"FROM (\n{query}\n)" if _TELLING.match(query) else query
        wrapped = f"COPY (\n{rows}\n) TO {_text(target)} ({', '.join(options)})"
        with self._snapshots.query(), _faults():
            row: Any = self._duckdb.execute(wrapped).fetchone()
        return int(row[0])

    def interrupt(self) -> None:
        """Ends the query under way, from another thread."""
        self._duckdb.interrupt()


def _opened(limits: Limits) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(
        ":memory:",
        config={
            "memory_limit": limits.memory,
            "threads": min(os.cpu_count() or 1, _THREADS_MAX),
            "temp_directory": str(limits.spill_folder),
            # Rows have no order of their own, so DuckDB need not keep one, which would cost memory.
            "preserve_insertion_order": False,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        },
    )


def _close(connection: duckdb.DuckDBPyConnection, limits: Limits, door: Door) -> None:
    """From here on a query reaches the views, and what the limits name."""
    connection.execute("SET python_enable_replacements = false")
    if not limits.reads_files:
        paths = [str(each) for each in limits.writes_to]
        folders = [f"{each}/" for each in paths]
        paths.append(door.name)
        connection.execute(f"SET allowed_paths = [{', '.join(map(_text, paths))}]")
        connection.execute(f"SET allowed_directories = [{', '.join(map(_text, folders))}]")
        connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


@contextmanager
def _faults() -> Iterator[None]:
    try:
        yield
    except duckdb.InterruptException:
        raise KeyboardInterrupt from None
    except duckdb.Error as error:
        raise QueryError(fault_of(error, ALL)) from error


def _explained(query: str) -> duckdb.StatementType:
    """What EXPLAIN is about, since EXPLAIN ANALYZE runs it: the first rest of the text that is a statement.

    Before it are only the options of EXPLAIN, which no statement begins with.
    """
    text = query.encode()
    for start, _ in duckdb.tokenize(query)[1:]:
        try:
            (found,) = duckdb.extract_statements(text[start:].decode())
        except duckdb.Error:
            continue
        return found.type
    return duckdb.StatementType.EXPLAIN


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


_ROWS = ", ".join(f"({_text(view.name)}, {_text(view.meaning)})" for view in ALL)
_TABLES = f"SELECT * FROM (VALUES {_ROWS}) AS t(view, meaning)"  # noqa: S608 # nosec B608
"""DuckDB's own answer would name the scans too."""
