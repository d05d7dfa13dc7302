"""Predicates that VAST can evaluate itself, such as `col["seq"] > 5`, joined with `&` and `|`.

VAST accepts a conjunction of disjunctions, each on one column. Source: `Predicate` in vastdb/_internal.py.
"""

from collections.abc import Iterable
from dataclasses import dataclass

Value = str | int | bool
BETWEEN = "between"
"""The only function here that VAST has no name for: a nested conjunction."""


class Predicate:
    """A condition on rows."""

    def __and__(self, other: "Predicate") -> "AllOf":
        return AllOf((*_parts(self, AllOf), *_parts(other, AllOf)))

    def __or__(self, other: "Predicate") -> "AnyOf":
        return AnyOf((*_parts(self, AnyOf), *_parts(other, AnyOf)))


@dataclass(frozen=True, slots=True)
class Comparison(Predicate):
    """`function` is VAST's name for it. A comparison without values tests the column alone."""

    column: str
    function: str
    values: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class AnyOf(Predicate):
    parts: tuple[Predicate, ...]


@dataclass(frozen=True, slots=True)
class AllOf(Predicate):
    parts: tuple[Predicate, ...]


def any_of(parts: Iterable[Predicate]) -> Predicate:
    """At least one of them. Raises ValueError if there are none, which VAST cannot express."""
    flat = tuple(each for part in parts for each in _parts(part, AnyOf))
    if not flat:
        raise ValueError(
            "a predicate needs at least one condition: VAST cannot express an empty OR"
        )
    return flat[0] if len(flat) == 1 else AnyOf(flat)


def all_of(*predicates: Predicate | None) -> Predicate | None:
    """Every one of them. A None among them does not filter; the result is None if none filters."""
    flat = tuple(each for part in predicates if part is not None for each in _parts(part, AllOf))
    if not flat:
        return None
    return flat[0] if len(flat) == 1 else AllOf(flat)


class Column:
    """A column in a predicate."""

    __slots__ = ("_name",)
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, name: str) -> None:
        self._name = name

    def __eq__(self, value: Value) -> Predicate:  # type: ignore[override]
        return Comparison(self._name, "equal", (value,))

    def __ne__(self, value: Value) -> Predicate:  # type: ignore[override]
        return Comparison(self._name, "not_equal", (value,))

    def __gt__(self, value: Value) -> Predicate:
        return Comparison(self._name, "greater", (value,))

    def __ge__(self, value: Value) -> Predicate:
        return Comparison(self._name, "greater_equal", (value,))

    def __lt__(self, value: Value) -> Predicate:
        return Comparison(self._name, "less", (value,))

    def __le__(self, value: Value) -> Predicate:
        return Comparison(self._name, "less_equal", (value,))

    def between(self, lowest: Value, highest: Value) -> Predicate:
        """Both bounds included."""
        return Comparison(self._name, BETWEEN, (lowest, highest))

    def isin(self, values: Iterable[Value]) -> Predicate:
        """Equal to one of them. Raises ValueError if there are none."""
        return any_of(Comparison(self._name, "equal", (value,)) for value in values)

    def contains(self, text: str) -> Predicate:
        return Comparison(self._name, "match_substring", (text,))

    def isnull(self) -> Predicate:
        return Comparison(self._name, "is_null")

    def notnull(self) -> Predicate:
        return Comparison(self._name, "is_valid")


class _Columns:
    def __getitem__(self, name: str) -> Column:
        return Column(name)


col = _Columns()
"""`col["id"] == flow_id`."""


def clauses(predicate: Predicate | None) -> list[list[Comparison]]:
    """The conjunction of disjunctions that VAST accepts. Raises ValueError if it cannot be expressed so."""
    found: list[list[Comparison]] = []
    for part in () if predicate is None else _parts(predicate, AllOf):
        comparisons: list[Comparison] = []
        for each in _parts(part, AnyOf):
            if not isinstance(each, Comparison):
                raise ValueError(f"VAST cannot evaluate an AND inside an OR: {each}")  # noqa: TRY004 - not its type
            comparisons.append(each)
        if len({each.column for each in comparisons}) != 1:
            raise ValueError(f"VAST can OR only conditions on the same column: {part}")
        found.append(comparisons)
    return found


def _parts(predicate: Predicate, kind: type[AllOf | AnyOf]) -> tuple[Predicate, ...]:
    return predicate.parts if isinstance(predicate, kind) else (predicate,)
