"""Filters as predicates that VAST can prune by. Where it cannot express one, it sends more rows."""

from collections.abc import Mapping

from sql.expressions import Both, Compared, Either, Filter
from sql.fields import Field
from tams.vast.where import AllOf, Predicate, all_of, any_of, clauses

_PARTS_MAX = 2_000
"""The most values of one column. VAST refuses requests of more than 5 MiB."""


def predicate_of(filter_: Filter, fields: Mapping[str, Field]) -> Predicate | None:
    """All rows that pass the filter, perhaps with others; None for all rows."""
    match filter_:
        case Compared(column, function, value):
            field = fields.get(column)
            return None if field is None else field.where(function, value)
        case Both(parts):
            return all_of(*(predicate_of(each, fields) for each in parts))
        case Either(parts):
            return _any(parts, fields)


def _any(parts: tuple[Filter, ...], fields: Mapping[str, Field]) -> Predicate | None:
    """VAST takes alternatives for one column only."""
    found: list[Predicate] = []
    for each in parts:
        predicate = predicate_of(each, fields)
        if predicate is None or isinstance(predicate, AllOf):
            return None
        found.append(predicate)
    if len(found) > _PARTS_MAX:
        return None
    joined = any_of(found)
    try:
        clauses(joined)
    except ValueError:
        return None
    return joined
