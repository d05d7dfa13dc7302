"""Schemas, tables, columns and projections, as one transaction sees and changes them.

Each change returns one line for everything it did, and none if there was nothing to do.
"""

import logging
from collections.abc import Iterable
from functools import cached_property
from typing import Any

from vastdb import errors

from tams.errors import BackendUnavailableError
from tams.repositories.sdk import arrow_schema, sdk_session, sdk_transaction, translated
from tams.repositories.session import VastConnection
from tams.repositories.table import Projection, Table
from tams.repositories.table_facts import ProjectionFacts, TableFacts
from tams.repositories.transaction import VastTransaction

_log = logging.getLogger(__name__)

_OF_A_STORE = {"flows", "objects"}
"""Tables that every TAMS store has."""


class Definitions:
    def __init__(self, transaction: VastTransaction, connection: VastConnection) -> None:
        self._transaction = transaction
        self._connection = connection

    @property
    def _schema_name(self) -> str:
        return self._connection.schema

    @cached_property
    def _sdk(self) -> Any:
        """The same transaction, in the SDK's hands."""
        with translated():
            return sdk_transaction(sdk_session(self._connection), self._transaction.txid)

    @cached_property
    def _bucket(self) -> Any:
        name = self._connection.bucket
        try:
            with translated():
                return self._sdk.bucket(name)
        except errors.MissingBucket as error:
            raise BackendUnavailableError(
                f"VAST has no database bucket {name!r}: create it, or correct TAMS_VAST__BUCKET"
            ) from error

    @cached_property
    def _schema(self) -> Any | None:
        with translated():
            return self._bucket.schema(self._schema_name, fail_if_missing=False)

    @cached_property
    def _names(self) -> set[str]:
        """The names of the existing tables: one round trip for all."""
        if self._schema is None:
            return set()
        with translated():
            return set(self._schema.tablenames())

    def has(self, table: Table) -> bool:
        return table.name in self._names

    @property
    def names(self) -> frozenset[str]:
        """The names of the tables in the schema, whoever made them."""
        return frozenset(self._names)

    def facts(self, table: Table) -> TableFacts:
        """Costs the same for any number of rows."""
        found = self._get(table)
        with translated():
            stats = found.stats
            key = found.sorted_columns() if stats.sorting_key_enabled else []
        return TableFacts(
            int(stats.num_rows),
            int(stats.size_in_bytes),
            tuple(each.name for each in key),
            bool(stats.sorting_done),
            int(stats.sorting_score),
        )

    def projections(self, table: Table) -> list[ProjectionFacts]:
        """By name."""
        with translated():
            found = [
                ProjectionFacts(
                    each.name,
                    tuple(each.columns().names),
                    int(each.stats.num_rows),
                    int(each.stats.size_in_bytes),
                )
                for each in self._get(table).projections()
            ]
        return sorted(found, key=lambda each: each.name)

    def stores_beside(self) -> list[str]:
        """The other schemas of the bucket that hold a TAMS store."""
        with translated():
            others = [each for each in self._bucket.schemas() if each.name != self._schema_name]
            tables = {each.name: set(each.tablenames()) for each in others}
        return sorted(name for name, names in tables.items() if names >= _OF_A_STORE)

    def create_schema(self) -> list[str]:
        if self._schema is not None:
            return []
        with translated():
            self._schema = self._bucket.create_schema(self._schema_name)
        return [f"schema {self._schema_name}"]

    def create(self, table: Table) -> list[str]:
        """Create a table with all its columns and projections."""
        if self.has(table):
            return []
        assert self._schema is not None, "call create_schema first"
        key = list(table.sorting_key) if self._connection.sorted_tables else []
        with translated():
            created = self._schema.create_table(
                table.name, arrow_schema(table.columns), sorting_key=key
            )
        self._names.add(table.name)
        return [f"table {table.name}", *_project(created, table.projections)]

    def drop(self, table: Table) -> list[str]:
        """Drop a table with all its rows."""
        if not self.has(table):
            return []
        found = self._get(table)
        with translated():
            found.drop()
        self._names.discard(table.name)
        return [f"without table {table.name}"]

    def add_columns(self, table: Table, names: Iterable[str]) -> list[str]:
        found = self._get(table)
        with translated():
            there = set(found.arrow_schema.names)
            types = dict(table.columns)
            missing = tuple((name, types[name]) for name in names if name not in there)
            if missing:
                found.add_column(arrow_schema(missing))
        return [f"column {table.name}.{name}" for name, _ in missing]

    def add_projections(self, table: Table) -> list[str]:
        """Add the table's missing projections."""
        if not table.projections:
            return []
        found = self._get(table)
        with translated():
            there = {each.name for each in found.projections()}
        return _project(found, (each for each in table.projections if each.name not in there))

    def drop_projection(self, table: Table, name: str) -> list[str]:
        found = self._get(table)
        with translated():
            there = {each.name: each for each in found.projections()}
            if name not in there:
                return []
            there[name].drop()
        return [f"without projection {name}"]

    def _get(self, table: Table) -> Any:
        """The SDK's view of a table."""
        if self._schema is None or not self.has(table):
            raise BackendUnavailableError(
                f"the table {table.name} is missing on VAST: restore the schema from a snapshot"
            )
        with translated():
            return self._schema.table(table.name)


def _project(table: Any, projections: Iterable[Projection]) -> list[str]:
    done = []
    for projection in projections:
        columns = list(projection.sorted_columns), list(projection.unsorted_columns)
        try:
            with translated():
                table.create_projection(projection.name, *columns)
            done.append(f"projection {projection.name}")
        except (errors.BadRequest, errors.NotSupported) as error:
            # Without it reads are slower, not wrong.
            _log.warning("VAST rejected projection %s: %s", projection.name, error)
    return done
