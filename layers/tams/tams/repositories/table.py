"""What a table on VAST is made of. Source: VAST DataBase, sorted tables and semi-sorted projections."""

from dataclasses import dataclass

import pyarrow as pa

CELL_BYTES_MAX = 126 * 1024
"""The largest cell VAST takes. Source: VAST DataBase limits."""


@dataclass(frozen=True)
class Projection:
    """A semi-sorted copy of a few columns that lets VAST prune by another key."""

    name: str
    sorted_columns: tuple[str, ...]
    unsorted_columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """One table: what `provision` creates and `database` reads and writes."""

    name: str
    columns: pa.Schema
    sorting_key: tuple[str, ...] = ()
    projections: tuple[Projection, ...] = ()


TEXT, INT, BOOL = pa.utf8(), pa.int64(), pa.bool_()


def columns(**types: pa.DataType) -> pa.Schema:
    return pa.schema(list(types.items()))
