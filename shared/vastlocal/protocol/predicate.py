"""A predicate that the SDK can express: an AND of ORs, with each leaf comparing a column with literals.

Literals are "raw": ints for integers, dates, times, timestamps (column unit) and decimals (without the
point), floats, bools, bytes for text and binary, tuples for fixed-size lists.
"""

import enum
from dataclasses import dataclass
from typing import Any


class Op(enum.Enum):
    EQUAL = "="
    NOT_EQUAL = "<>"
    LESS = "<"
    LESS_EQUAL = "<="
    GREATER = ">"
    GREATER_EQUAL = ">="
    IS_NULL = "is_null"
    IS_VALID = "is_valid"
    CONTAINS = "contains"
    BETWEEN = "between"
    """Both bounds included."""
    HALF_OPEN = "half_open"
    """Lower bound included, upper bound excluded: how the SDK sends a prefix."""


@dataclass(frozen=True, slots=True)
class FieldPath:
    """A node of the table's schema: a column, and the child positions that lead into it."""

    column: str
    children: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Leaf:
    path: FieldPath
    op: Op
    values: tuple[Any, ...] = ()


Group = tuple[Leaf, ...]
"""Leaves joined by OR, all on the same column."""
Predicate = tuple[Group, ...]
"""Groups joined by AND; empty means every row."""
