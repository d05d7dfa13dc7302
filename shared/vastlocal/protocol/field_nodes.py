"""The DFS numbering of schema nodes by which a query names its columns, and narrowing to a leaf.

A nested column is sent as one stream per leaf, each repeating its parents' nesting: Struct<a, b> as Struct<a>
and Struct<b>, Map<K, V> as List<Struct<K>> and List<Struct<V>>.
Source: FieldNode in vastdb/_internal.py.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pyarrow as pa

from vastlocal.protocol.predicate import FieldPath


@dataclass(frozen=True, slots=True)
class FieldNode:
    path: FieldPath
    is_leaf: bool


def children(data_type: pa.DataType) -> list[pa.Field]:
    """The child fields that the SDK numbers; a map counts as a list of key-value structs."""
    if pa.types.is_struct(data_type):
        return [data_type.field(i) for i in range(data_type.num_fields)]
    if pa.types.is_map(data_type):
        entries = pa.struct([data_type.key_field, data_type.item_field])
        return [pa.field("entries", entries, nullable=False)]
    if pa.types.is_list(data_type) or pa.types.is_fixed_size_list(data_type):
        return [data_type.value_field]
    return []


def _walk(column: str, field: pa.Field, below: tuple[int, ...]) -> Iterator[FieldNode]:
    inner = children(field.type)
    yield FieldNode(FieldPath(column, below), is_leaf=not inner)
    for index, child in enumerate(inner):
        yield from _walk(column, child, (*below, index))


def number_nodes(fields: Iterable[pa.Field]) -> list[FieldNode]:
    """All nodes of a schema in wire order: a node's position is its index here."""
    return [node for field in fields for node in _walk(field.name, field, ())]


def narrow(array: pa.Array, below: tuple[int, ...]) -> pa.Array:
    """The array with every struct reduced to the one child on the path `below`."""
    if not below:
        return array
    if array.offset:
        array = pa.concat_arrays([array])
    data_type = array.type
    if pa.types.is_struct(data_type):
        child = data_type.field(below[0])
        inner = narrow(array.field(below[0]), below[1:])
        narrowed = pa.struct([child.with_type(inner.type)])
        return pa.Array.from_buffers(narrowed, len(array), array.buffers()[:1], children=[inner])
    if pa.types.is_map(data_type):
        entries = pa.StructArray.from_arrays(
            [array.keys, array.items], fields=[data_type.key_field, data_type.item_field]
        )
        inner = narrow(entries, below[1:])
    elif pa.types.is_list(data_type):
        inner = narrow(array.values, below[1:])
    else:
        return array  # a fixed-size list has one flat child: nothing to narrow
    narrowed = pa.list_(pa.field("item", inner.type))
    return pa.Array.from_buffers(narrowed, len(array), array.buffers()[:2], children=[inner])
