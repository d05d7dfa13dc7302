"""A transaction's own uncommitted rows of one table, in temporary tables of its connection.

`temp.o<id>` holds whole images of rows it inserted or updated, `temp.d<id>` the ids of committed rows that no
longer count. `grp` is NULL for an insert, otherwise the index of the set of updated columns.
"""

# ruff: noqa: S608 - the names in our SQL are made of our own numbers

from collections.abc import Iterable, Sequence
from typing import Any

from vastlocal.engine.conflicts import EVERYTHING
from vastlocal.engine.connections import Connection
from vastlocal.engine.definitions import TableDefinition
from vastlocal.errors import BadRequestError, NotImplementedByServerError

_COLUMNS_MAX = 1900
"""SQLite stops at 2,000."""


class Overlay:
    def __init__(self, connection: Connection, table_id: int, base: TableDefinition | None) -> None:
        """`base` is the table in the snapshot, None if this transaction created it."""
        self._connection = connection
        self.table_id = table_id
        self._base_ids: tuple[int, ...] = () if base is None else base.physical_ids
        self._has_base = base is not None
        self.column_ids: tuple[int, ...] = ()
        self.writes: dict[int, int] = {}
        """Committed rows that this transaction changes: row id to mask of columns."""
        self.inserted_count = 0
        self.inserted_bytes = 0
        self.deleted_count = 0
        self.next_row_id = 0
        self._own: set[int] = set()
        self._masks: list[int] = []
        self._is_ready = False

    @property
    def rows_name(self) -> str:
        return f"temp.o{self.table_id}"

    @property
    def hidden_name(self) -> str:
        return f"temp.d{self.table_id}"

    @property
    def has_rows(self) -> bool:
        return bool(self._own) or bool(self._masks)

    @property
    def has_hidden(self) -> bool:
        return bool(self.writes)

    @property
    def state(self) -> tuple[bool, bool, tuple[int, ...]]:
        """All that decides how its rows are read."""
        return self.has_hidden, self.has_rows, self.column_ids

    @property
    def change_count(self) -> int:
        return self.inserted_count + len(self.writes)

    def _prepare(self, column_ids: Iterable[int]) -> None:
        """Creates the temporary tables, or widens them, to hold these columns."""
        wanted = dict.fromkeys((*self.column_ids, *self._base_ids, *column_ids))
        if self._is_ready and len(wanted) == len(self.column_ids):
            return
        if len(wanted) > _COLUMNS_MAX:
            raise NotImplementedByServerError(f"more than {_COLUMNS_MAX} columns hold values")
        existing = self._connection.overlays.get(self.table_id)
        if existing is not None and not self._is_ready and set(existing) != set(wanted):
            self._connection.execute(f"DROP TABLE {self.rows_name}")
            self._connection.execute(f"DROP TABLE {self.hidden_name}")
            existing = None
        if existing is None:
            cells = "".join(f", c{column_id}" for column_id in wanted)
            self._connection.execute(
                f"CREATE TABLE {self.rows_name} (row_id INTEGER PRIMARY KEY, grp{cells})"
            )
            self._connection.execute(
                f"CREATE TABLE {self.hidden_name} (row_id INTEGER PRIMARY KEY)"
            )
            existing = tuple(wanted)
        else:
            for column_id in wanted:
                if column_id not in existing:
                    self._connection.execute(
                        f"ALTER TABLE {self.rows_name} ADD COLUMN c{column_id}"
                    )
                    existing = (*existing, column_id)
        self._connection.overlays[self.table_id] = existing
        self.column_ids = existing
        self._is_ready = True

    def insert(
        self, row_ids: Sequence[int], column_ids: Sequence[int], cells: Sequence[Sequence[Any]]
    ) -> None:
        """New rows; `cells` is column by column."""
        self._prepare(column_ids)
        names = "".join(f", c{column_id}" for column_id in column_ids)
        marks = ", ?" * len(column_ids)
        self._connection.executemany(
            f"INSERT INTO {self.rows_name} (row_id{names}) VALUES (?{marks})",
            zip(row_ids, *cells, strict=True),
        )
        self._own.update(row_ids)
        self.inserted_count += len(row_ids)

    def is_own(self, row_id: int) -> bool:
        """Whether this transaction inserted the row, and has not deleted it again."""
        return row_id in self._own

    def foreign(self, row_ids: Iterable[int]) -> list[int]:
        """The rows that others committed, which can therefore collide."""
        return [row_id for row_id in row_ids if row_id not in self._own]

    def update(
        self, row_ids: Sequence[int], column_ids: Sequence[int], cells: Sequence[Sequence[Any]]
    ) -> None:
        """Raises BadRequestError when a row does not exist."""
        self._prepare(column_ids)
        foreign = self.foreign(row_ids)
        self._fetch(foreign)
        mask = 0
        for column_id in column_ids:
            mask |= 1 << column_id
        groups = [None if r in self._own else self._group(r, mask) for r in row_ids]
        names = ", ".join(f"c{column_id} = ?" for column_id in column_ids)
        updated = self._connection.executemany(
            f"UPDATE {self.rows_name} SET {names}, grp = ? WHERE row_id = ?",
            zip(*cells, groups, row_ids, strict=True),
        ).rowcount
        if updated != len(row_ids):
            missing = len(row_ids) - updated
            raise BadRequestError(f"{missing} of the rows to update do not exist", "NoSuchRow")

    def _group(self, row_id: int, mask: int) -> int:
        total = self.writes.get(row_id, 0) | mask
        self.writes[row_id] = total
        if not self._masks or self._masks[-1] != total:
            if total in self._masks:
                return self._masks.index(total)
            self._masks.append(total)
        return len(self._masks) - 1

    def _fetch(self, row_ids: Sequence[int]) -> None:
        """Copies committed rows here, except those already copied or deleted."""
        if not self._has_base or not row_ids:
            return
        names = "".join(f", c{column_id}" for column_id in self._base_ids)
        new = [(row_id,) for row_id in dict.fromkeys(row_ids) if row_id not in self.writes]
        self._connection.executemany(
            f"INSERT INTO {self.rows_name} (row_id, grp{names})"
            f" SELECT row_id, 0{names} FROM main.t{self.table_id} WHERE row_id = ?",
            new,
        )
        self._connection.executemany(f"INSERT INTO {self.hidden_name} VALUES (?)", new)

    def delete(self, row_ids: Sequence[int]) -> None:
        """Ignores a row that does not exist: nothing is left to delete."""
        self._prepare(())
        row_ids = list(dict.fromkeys(row_ids))
        own = [(row_id,) for row_id in row_ids if row_id in self._own]
        foreign = self.foreign(row_ids)
        known = [(row_id,) for row_id in foreign if row_id in self.writes]
        self._connection.executemany(
            f"DELETE FROM {self.rows_name} WHERE row_id = ?", [*own, *known]
        )
        if self._has_base and foreign:
            hidden = self._connection.executemany(
                f"INSERT OR IGNORE INTO {self.hidden_name}"
                f" SELECT row_id FROM main.t{self.table_id} WHERE row_id = ?",
                [(row_id,) for row_id in foreign if row_id not in self.writes],
            ).rowcount
            self.deleted_count += max(hidden, 0)
            self.deleted_count += sum(self.writes.get(r, EVERYTHING) != EVERYTHING for r in foreign)
            self.writes.update(dict.fromkeys(foreign, EVERYTHING))
        self.inserted_count -= len(own)
        self._own.difference_update(row_id for (row_id,) in own)

    def apply(self, physical_ids: Iterable[int]) -> None:
        """Writes everything to the main table, which has columns `physical_ids` now.

        The connection holds the write lock. A column that this transaction created, filled and dropped again
        is in the overlay only.
        """
        existing = {*self._base_ids, *physical_ids}
        column_ids = [column_id for column_id in self.column_ids if column_id in existing]
        rows, table = self.rows_name, f"main.t{self.table_id}"
        execute = self._connection.execute
        if self.deleted_count:
            execute(
                f"DELETE FROM {table} WHERE row_id IN"
                f" (SELECT row_id FROM {self.hidden_name} EXCEPT SELECT row_id FROM {rows})"
            )
        for group, mask in enumerate(self._masks):
            names = ", ".join(f"c{c} = o.c{c}" for c in column_ids if mask >> c & 1)
            if not names:
                continue
            execute(
                f"UPDATE {table} AS m SET {names} FROM {rows} AS o"
                " WHERE m.row_id = o.row_id AND o.grp = ?",
                (group,),
            )
        if self.inserted_count:
            names = "".join(f", c{column_id}" for column_id in column_ids)
            execute(
                f"INSERT INTO {table} (row_id{names})"
                f" SELECT row_id{names} FROM {rows} WHERE grp IS NULL"
            )
        execute(
            "UPDATE vl_stats SET rows = rows + ?, next_row_id = max(next_row_id, ?),"
            " bytes = bytes + ?, inserted = inserted + ? WHERE table_id = ?",
            (
                self.inserted_count - self.deleted_count,
                self.next_row_id,
                self.inserted_bytes,
                self.inserted_count,
                self.table_id,
            ),
        )

    def clear(self) -> None:
        """Empties the temporary tables for the connection's next user."""
        if self._is_ready:
            self._connection.execute(f"DELETE FROM {self.rows_name}")
            self._connection.execute(f"DELETE FROM {self.hidden_name}")
