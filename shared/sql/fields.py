"""The columns that a scan sends, made from those of a table, and what a comparison with one means there."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import pyarrow as pa

from sql import derived
from tams.repositories.media_time import bound_text
from tams.vast.where import Column, Comparison, Predicate, Value, col

Arrays = Mapping[str, pa.Array]

_TYPES = {"text": pa.utf8(), "int": pa.int64(), "bool": pa.bool_()}
_ID_CHARACTERS = 36
_AFTER_SLASH = "0"
"""The character that follows the slash between the id of a Flow and the rest of a timeline's id."""


@dataclass(frozen=True)
class Field(ABC):
    """A column of a scan. `column` is the one of the table that comparisons are made with."""

    name: str
    column: str

    @property
    @abstractmethod
    def type(self) -> pa.DataType: ...

    @property
    def needs(self) -> tuple[str, ...]:
        """The columns of the table from which it is made."""
        return (self.column,)

    @abstractmethod
    def made(self, columns: Arrays) -> pa.Array: ...

    @abstractmethod
    def where(self, function: str, value: Value) -> Predicate | None:
        """Rows among which are all for which the comparison is true; None if VAST cannot find them."""


@dataclass(frozen=True)
class Plain(Field):
    """A column of the table as it is."""

    kind: str = "text"

    @property
    def type(self) -> pa.DataType:
        return _TYPES[self.kind]

    def made(self, columns: Arrays) -> pa.Array:
        return columns[self.column]

    def where(self, function: str, value: Value) -> Predicate | None:
        return compared(self.column, function, value)


@dataclass(frozen=True)
class FlowOf(Field):
    """The Flow of a timeline, whose id begins with the Flow's (`models/timelines.py`)."""

    type: ClassVar[pa.DataType] = pa.utf8()

    def made(self, columns: Arrays) -> pa.Array:
        return derived.flows(columns[self.column])

    def where(self, function: str, value: Value) -> Predicate | None:
        column, text = col[self.column], str(value)
        last = text[:_ID_CHARACTERS] + _AFTER_SLASH
        match function:
            case "equal":
                return column.between(text, text + _AFTER_SLASH)
            case "greater" | "greater_equal":
                return column >= text
            case "less" | "less_equal":
                return column <= last
        return None


@dataclass(frozen=True)
class Nanoseconds(Field):
    """Media time as a number; null where 64 bits do not hold it."""

    type: ClassVar[pa.DataType] = pa.int64()

    def made(self, columns: Arrays) -> pa.Array:
        return derived.nanoseconds(columns[self.column])

    def where(self, function: str, value: Value) -> Predicate | None:
        return compared(self.column, function, bound_text(int(value)))


@dataclass(frozen=True)
class Duration(Field):
    """Nanoseconds from the time in `start` to that in `column`."""

    start: str = ""
    type: ClassVar[pa.DataType] = pa.int64()

    @property
    def needs(self) -> tuple[str, ...]:
        return (self.start, self.column)

    def made(self, columns: Arrays) -> pa.Array:
        return derived.difference(columns[self.column], columns[self.start])

    def where(self, function: str, value: Value) -> Predicate | None:  # noqa: ARG002 - it has no column
        return None


@dataclass(frozen=True)
class Moment(Field):
    """Wall clock, in UTC."""

    type: ClassVar[pa.DataType] = pa.timestamp("us")

    def made(self, columns: Arrays) -> pa.Array:
        return derived.moments(columns[self.column])

    def where(self, function: str, value: Value) -> Predicate | None:
        return compared(self.column, function, value)


@dataclass(frozen=True)
class Day(Field):
    """The day of wall clock."""

    type: ClassVar[pa.DataType] = pa.date32()

    def made(self, columns: Arrays) -> pa.Array:
        return derived.days(columns[self.column], derived.US_PER_DAY)

    def where(self, function: str, value: Value) -> Predicate | None:
        first = int(value) * derived.US_PER_DAY
        return _within_day(col[self.column], function, first, first + derived.US_PER_DAY - 1)


@dataclass(frozen=True)
class MediaDay(Field):
    """The day of media time, in TAI."""

    type: ClassVar[pa.DataType] = pa.date32()

    def made(self, columns: Arrays) -> pa.Array:
        return derived.days(derived.nanoseconds(columns[self.column]), derived.NS_PER_DAY)

    def where(self, function: str, value: Value) -> Predicate | None:
        first = int(value) * derived.NS_PER_DAY
        last = first + derived.NS_PER_DAY - 1
        return _within_day(col[self.column], function, bound_text(first), bound_text(last))


_FUNCTIONS = {"equal", "not_equal", "greater", "greater_equal", "less", "less_equal"}
"""Arrow's names of comparisons, which are VAST's too."""


def compared(column: str, function: str, value: Value) -> Predicate | None:
    return Comparison(column, function, (value,)) if function in _FUNCTIONS else None


def _within_day(column: Column, function: str, first: Value, last: Value) -> Predicate | None:
    match function:
        case "equal":
            return column.between(first, last)
        case "greater":
            return column > last
        case "greater_equal":
            return column >= first
        case "less":
            return column < first
        case "less_equal":
            return column <= last
    return None
