"""A line of rows along one column, and windows on it."""

from dataclasses import dataclass

from tams.repositories.listing.order import Key
from tams.vast.where import Predicate, Value, all_of, col


@dataclass(frozen=True, slots=True)
class Edge:
    """A place between rows. `with_it` says whether rows that have the value itself lie before it."""

    value: Value
    with_it: bool


@dataclass(frozen=True, slots=True)
class Line:
    """The rows that match `where`, along a column, in the direction in which they are listed."""

    column: str
    ascends: bool
    where: Predicate | None
    has_ties: bool
    """Whether rows may share a value. They are then listed by id."""

    def value_of(self, key: Key) -> Value:
        value: Value = key[0] if self.has_ties else key[1]
        return value

    def start_after(self, key: Key) -> Edge:
        """Where the rows after a key begin. Rows with its value may follow it."""
        return Edge(self.value_of(key), with_it=not self.has_ties)

    def window(self, near: Edge | None, far: Edge | None) -> Predicate | None:
        """The rows between two edges; None is an open end. A row without a value is on no side of an edge."""
        if near is None and far is None:
            return all_of(self.where, col[self.column].notnull() if self.has_ties else None)
        after = None if near is None else self._beyond(near)
        before = None if far is None else self._up_to(far)
        return all_of(self.where, after, before)

    def is_beyond(self, value: Value, edge: Edge | None) -> bool:
        """Whether rows with this value lie behind the edge."""
        if edge is None:
            return True
        if value == edge.value:
            return not edge.with_it
        is_larger = value > edge.value  # type: ignore[operator]  # a column has values of one type
        return bool(is_larger) is self.ascends

    def _beyond(self, edge: Edge) -> Predicate:
        column = col[self.column]
        if self.ascends:
            return column > edge.value if edge.with_it else column >= edge.value
        return column < edge.value if edge.with_it else column <= edge.value

    def _up_to(self, edge: Edge) -> Predicate:
        column = col[self.column]
        if self.ascends:
            return column <= edge.value if edge.with_it else column < edge.value
        return column >= edge.value if edge.with_it else column > edge.value
