"""Schemas, tables, columns and projections, as one transaction sees and changes them.

Each change returns one line for everything it did, and none if there was nothing to do.
"""

import logging
from collections.abc import Iterable
from functools import cached_property

from tams.errors import BackendUnavailableError
from tams.repositories.errors import translated
from tams.repositories.session import VastConnection
from tams.repositories.table import Projection, Table
from tams.repositories.transaction import VastTransaction
from tams.vast.api import object_path, table_path
from tams.vast.definitions_api import DefinitionsApi
from tams.vast.errors import VastMissingError, VastRequestError
from tams.vast.lists import TableStats

_log = logging.getLogger(__name__)

_OF_A_STORE = {"flows", "objects"}
"""Tables that every store has."""


class Definitions:
    def __init__(self, transaction: VastTransaction, connection: VastConnection) -> None:
        self._api = DefinitionsApi(transaction.api, transaction.txid)
        self._connection = connection
        self._schema_path = object_path(connection.bucket, connection.schema)

    @cached_property
    def _has_schema(self) -> bool:
        bucket, schema = self._connection.bucket, self._connection.schema
        parent, _, name = schema.rpartition("/")
        try:
            with translated():
                return name in self._api.schemas(object_path(bucket, parent))
        except BackendUnavailableError as error:
            if parent or not isinstance(error.__cause__, VastMissingError):
                raise
            raise BackendUnavailableError(
                f"VAST has no database bucket {bucket!r}: create it, or correct TAMS_VAST__BUCKET"
            ) from error

    @cached_property
    def _names(self) -> set[str]:
        """The names of the existing tables: one round trip for all."""
        if not self._has_schema:
            return set()
        with translated():
            return set(self._api.tables(self._schema_path))

    @property
    def names(self) -> frozenset[str]:
        """The names of the tables in the schema, also of those that no release knows."""
        return frozenset(self._names)

    def stores_beside(self) -> list[str]:
        """The schemas beside ours that hold a store."""
        bucket, (parent, _, own) = self._connection.bucket, self._connection.schema.rpartition("/")
        found = []
        with translated():
            for name in self._api.schemas(object_path(bucket, parent)):
                schema = f"{parent}/{name}" if parent else name
                if (
                    name != own
                    and set(self._api.tables(object_path(bucket, schema))) >= _OF_A_STORE
                ):
                    found.append(schema)
        return found

    def has(self, table: Table) -> bool:
        return table.name in self._names

    def stats(self, table: Table) -> TableStats:
        """VAST's statistics, which cost the same for any number of rows."""
        path = self._path(table)
        with translated():
            return self._api.stats(path)

    def count_rows(self, table: Table) -> int:
        return self.stats(table).rows

    def columns(self, table: Table) -> dict[str, str]:
        """Names and types, in order."""
        path = self._path(table)
        with translated():
            return self._api.columns(path)

    def sorting_key(self, table: Table) -> tuple[str, ...]:
        """Empty when the table is not sorted."""
        if not self.stats(table).is_sorted:
            return ()
        with translated():
            return self._api.sorting_key(self._path(table))

    def projections(self, table: Table) -> dict[str, set[str]]:
        """The columns of each, by name."""
        path = self._path(table)
        with translated():
            return {
                each: set(self._api.projection_columns(path, each))
                for each in self._api.projections(path)
            }

    def create_schema(self) -> list[str]:
        if self._has_schema:
            return []
        with translated():
            self._api.create_schema(self._schema_path)
        self._has_schema = True
        return [f"schema {self._connection.schema}"]

    def create(self, table: Table) -> list[str]:
        """Create a table with all its columns and projections."""
        if self.has(table):
            return []
        assert self._has_schema, "call create_schema first"
        with translated():
            self._api.create_table(
                self._path_of(table), table.columns, self.wanted_sorting_key(table)
            )
        self._names.add(table.name)
        return [f"table {table.name}", *self._project(table, table.projections)]

    def drop(self, table: Table) -> list[str]:
        """Drop a table with all its rows."""
        if not self.has(table):
            return []
        with translated():
            self._api.drop_table(self._path(table))
        self._names.discard(table.name)
        return [f"without table {table.name}"]

    def drop_schema(self, tables: Iterable[Table]) -> None:
        """Drop the schema with these tables. It may have no others."""
        for table in tables:
            self.drop(table)
        with translated():
            self._api.drop_schema(self._schema_path)

    def wanted_sorting_key(self, table: Table) -> tuple[str, ...]:
        return table.sorting_key if self._connection.sorted_tables else ()

    def add_sorting_key(self, table: Table) -> list[str]:
        """Sort a table that is not sorted."""
        with translated():
            path = self._path(table)
            self._api.add_sorting_key(path, self._api.columns(path), table.sorting_key)
        return [f"sorting key of {table.name}"]

    def add_columns(self, table: Table, names: Iterable[str]) -> list[str]:
        there = self.columns(table)
        types = dict(table.columns)
        missing = tuple((name, types[name]) for name in names if name not in there)
        if missing:
            with translated():
                self._api.add_columns(self._path(table), missing)
        return [f"column {table.name}.{name}" for name, _ in missing]

    def add_projections(self, table: Table) -> list[str]:
        """Add the table's missing projections, but for those of columns that a later migration adds."""
        if not table.projections:
            return []
        with translated():
            there = set(self._api.projections(self._path(table)))
        missing = [each for each in table.projections if each.name not in there]
        if not missing:
            return []
        columns = self.columns(table).keys()
        return self._project(table, (each for each in missing if each.columns <= columns))

    def renew_projection(self, table: Table, name: str) -> list[str]:
        """Add a projection, or make it again if it has other columns than in this release."""
        (wanted,) = (each for each in table.projections if each.name == name)
        if self.projections(table).get(name) == wanted.columns:
            return []
        return [*self.drop_projection(table, name), *self._project(table, [wanted])]

    def drop_projection(self, table: Table, name: str) -> list[str]:
        with translated():
            path = self._path(table)
            if name not in self._api.projections(path):
                return []
            self._api.drop_projection(path, name)
        return [f"without projection {name}"]

    def _project(self, table: Table, projections: Iterable[Projection]) -> list[str]:
        done = []
        for each in projections:
            try:
                with translated():
                    self._api.create_projection(
                        self._path(table), each.name, each.sorted_columns, each.unsorted_columns
                    )
                done.append(f"projection {each.name}")
            except VastRequestError as error:
                # Without it reads are slower, not wrong.
                _log.warning("VAST rejected projection %s: %s", each.name, error)
        return done

    def _path(self, table: Table) -> str:
        """Raises BackendUnavailableError for a missing table."""
        if not self.has(table):
            raise BackendUnavailableError(
                f"the table {table.name} is missing on VAST: restore the schema from a snapshot"
            )
        return self._path_of(table)

    def _path_of(self, table: Table) -> str:
        return table_path(self._connection.bucket, self._connection.schema, table.name)
