"""Everything that exists at one instant, as an immutable value. A change creates a new one.

A transaction holds the catalog of its snapshot and changes its own copy. At commit its changes are replayed
on the newest one, and a change that no longer fits is a conflict.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import Self

from vastlocal.engine.definitions import SchemaDefinition, TableDefinition
from vastlocal.errors import BadRequestError, ConflictError, NotFoundError

SchemaKey = tuple[str, str]
"""Bucket and schema path, such as ("media", "a/b")."""
TableKey = tuple[str, str, str]
"""Bucket, schema path, table name."""


@dataclass(frozen=True)
class Catalog:
    schemas: Mapping[SchemaKey, SchemaDefinition]
    tables: Mapping[TableKey, TableDefinition]

    def schema(self, key: SchemaKey) -> SchemaDefinition:
        """Raises NotFoundError."""
        if (found := self.schemas.get(key)) is None:
            raise NotFoundError(f"no schema {'/'.join(key)}", "TabularNoSuchSchema")
        return found

    def table(self, key: TableKey) -> TableDefinition:
        """Raises NotFoundError."""
        if (found := self.tables.get(key)) is None:
            raise NotFoundError(f"no table {'/'.join(key)}", "TabularNoSuchTable")
        return found

    def child_schemas(self, bucket: str, parent: str) -> list[tuple[str, SchemaDefinition]]:
        """Names and definitions of the schemas directly below, in order of creation."""
        prefix = f"{parent}/" if parent else ""
        found = [
            (path.removeprefix(prefix), schema)
            for (in_bucket, path), schema in self.schemas.items()
            if in_bucket == bucket and path.startswith(prefix) and "/" not in path[len(prefix) :]
        ]
        return sorted(found, key=lambda pair: pair[1].id)

    def tables_in(self, key: SchemaKey) -> list[TableDefinition]:
        """In order of creation."""
        found = [table for where, table in self.tables.items() if where[:2] == key]
        return sorted(found, key=lambda table: table.id)

    def find_table(self, table_id: int) -> tuple[TableKey, TableDefinition] | None:
        return self._tables_by_id.get(table_id)

    @cached_property
    def _tables_by_id(self) -> dict[int, tuple[TableKey, TableDefinition]]:
        return {table.id: (key, table) for key, table in self.tables.items()}

    def _with(
        self,
        schemas: Mapping[SchemaKey, SchemaDefinition] | None = None,
        tables: Mapping[TableKey, TableDefinition] | None = None,
    ) -> Self:
        return replace(
            self,
            schemas=self.schemas if schemas is None else MappingProxyType(schemas),
            tables=self.tables if tables is None else MappingProxyType(tables),
        )

    def create_schema(self, key: SchemaKey, schema: SchemaDefinition) -> Self:
        bucket, path = key
        if key in self.schemas:
            raise ConflictError(f"schema {path} exists", "TabularSchemaAlreadyExists")
        parent = path.rpartition("/")[0]
        if parent:
            self.schema((bucket, parent))
        return self._with(schemas={**self.schemas, key: schema})

    def drop_schema(self, key: SchemaKey) -> Self:
        self.schema(key)
        if self.tables_in(key) or self.child_schemas(*key):
            raise ConflictError(f"schema {key[1]} is not empty", "TabularSchemaNotEmpty")
        return self._with(schemas={k: v for k, v in self.schemas.items() if k != key})

    def rename_schema(self, key: SchemaKey, new_path: str) -> Self:
        """Moves the schema with everything below it."""
        self.schema(key)
        bucket, path = key
        if (bucket, new_path) in self.schemas:
            raise ConflictError(f"schema {new_path} exists", "TabularSchemaAlreadyExists")

        def moved(in_bucket: str, old: str) -> str:
            is_below = in_bucket == bucket and (old == path or old.startswith(path + "/"))
            return new_path + old[len(path) :] if is_below else old

        return self._with(
            schemas={(b, moved(b, p)): schema for (b, p), schema in self.schemas.items()},
            tables={(b, moved(b, p), n): table for (b, p, n), table in self.tables.items()},
        )

    def create_table(self, key: TableKey, table: TableDefinition) -> Self:
        self.schema(key[:2])
        if key in self.tables:
            raise ConflictError(f"table {'/'.join(key)} exists", "TabularTableAlreadyExists")
        return self._with(tables={**self.tables, key: table})

    def drop_table(self, key: TableKey) -> Self:
        self.table(key)
        return self._with(tables={k: v for k, v in self.tables.items() if k != key})

    def rename_table(self, key: TableKey, new_key: TableKey) -> Self:
        table = self.table(key)
        if new_key[:2] not in self.schemas:
            raise BadRequestError(f"no schema {new_key[1]} to rename into")
        moved = self.drop_table(key)
        return moved.create_table(new_key, replace(table, name=new_key[2]))

    def alter_table(
        self, key: TableKey, change: Callable[[TableDefinition], TableDefinition]
    ) -> Self:
        return self.replace_table(key, change(self.table(key)))

    def replace_table(self, key: TableKey, table: TableDefinition) -> Self:
        return self._with(tables={**self.tables, key: table})
