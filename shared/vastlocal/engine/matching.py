"""Filters rows after reading: predicates on fields of structs and on fixed-size lists."""

import operator
from collections.abc import Callable, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from vastlocal.engine.codecs import codec_for
from vastlocal.protocol.predicate import Group, Leaf, Op, Predicate

_COMPARE: dict[Op, Callable[[Any, Any], bool]] = {
    Op.EQUAL: operator.eq,
    Op.NOT_EQUAL: operator.ne,
    Op.LESS: operator.lt,
    Op.LESS_EQUAL: operator.le,
    Op.GREATER: operator.gt,
    Op.GREATER_EQUAL: operator.ge,
    Op.CONTAINS: operator.contains,
}


def matching_mask(columns: Mapping[str, pa.Array], predicate: Predicate) -> pa.Array:
    """Whether each row of the columns matches all groups."""
    rows = [_group(columns, group) for group in predicate]
    return pa.array([all(judged) for judged in zip(*rows, strict=True)], pa.bool_())


def _group(columns: Mapping[str, pa.Array], group: Group) -> list[bool]:
    path = group[0].path
    array = columns[path.column]
    for child in path.children:
        if pa.types.is_fixed_size_list(array.type):
            break  # a fixed-size list is named by its one child
        array = pc.struct_field(array, [child])
    values = codec_for(array.type).raw(array)
    return [any(_matches(leaf, value) for leaf in group) for value in values]


def _matches(leaf: Leaf, value: Any) -> bool:
    if leaf.op is Op.IS_NULL:
        return value is None
    if value is None:
        return False
    if leaf.op is Op.IS_VALID:
        return True
    if leaf.op is Op.BETWEEN:
        return bool(leaf.values[0] <= value <= leaf.values[1])
    if leaf.op is Op.HALF_OPEN:
        return bool(leaf.values[0] <= value < leaf.values[1])
    return bool(_COMPARE[leaf.op](value, leaf.values[0]))
