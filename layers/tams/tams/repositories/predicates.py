"""Filters as predicates that VAST can prune by, pure."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import ibis

from tams.models.caller import AUTH_CLASSES
from tams.models.common import Tags
from tams.models.filters import TagFilter

_ENTRY, _VALUE, _EMPTY = "\n", "\x1f", "\x1e"
_UNESCAPED = {"\\": "\\", "n": _ENTRY, "u1f": _VALUE, "u1e": _EMPTY}
_ESCAPED = str.maketrans({"\\": "\\\\", _ENTRY: "\\n", _VALUE: "\\u1f", _EMPTY: "\\u1e"})


def tags_text(tags: Tags | None) -> str:
    """Tags as one text in which a whole tag is a substring, so that VAST itself can find it.

    Each value of each tag is an entry between line feeds; an empty list has one entry of its own.
    """
    entries = []
    for name, value in (tags or {}).items():
        values = [value] if isinstance(value, str) else value
        entries += [_entry(name, each) for each in values] or [_name(name) + _EMPTY]
    return _ENTRY + "".join(entry + _ENTRY for entry in entries)


def has_tag(text: str | None, name: str) -> bool:
    """Whether a tag of this name is in the text of `tags_text`."""
    return _ENTRY + _name(name) in (text or "")


def values_in_text(text: str | None, name: str) -> tuple[str, ...]:
    """The values of a tag in a text of `tags_text`."""
    start = _name(name)
    entries = [each for each in (text or "").split(_ENTRY) if each.startswith(start)]
    return tuple(_unescaped(each.removeprefix(start)) for each in entries if _EMPTY not in each)


def all_of(*predicates: Any) -> Any:
    """Their conjunction; None among them does not filter, and nothing at all is None."""
    joined: Any = None
    for predicate in predicates:
        if predicate is not None:
            joined = predicate if joined is None else joined & predicate
    return joined


def equal(values: Mapping[str, Any]) -> Any:
    """Column by column; a value of None does not filter."""
    return all_of(*(ibis._[name] == value for name, value in values.items() if value is not None))


def tagged(filters: Iterable[TagFilter]) -> Any:
    """Every filter but those for the absence of a tag, which VAST cannot express."""
    return all_of(*(_tagged(each) for each in filters if each.exists is not False))


def classed(classes: Collection[str], column: str) -> Any:
    """Resources of any of these classes, of which there is one at least."""
    return any_of(
        [
            ibis._[column].contains(_ENTRY + _entry(AUTH_CLASSES, each) + _ENTRY)
            for each in sorted(classes)
        ]
    )


def _tagged(wanted: TagFilter) -> Any:
    if wanted.exists:
        return ibis._.tags.contains(_ENTRY + _name(wanted.name))
    any_of: Any = None
    for value in wanted.values or ():
        has = ibis._.tags.contains(_ENTRY + _entry(wanted.name, value) + _ENTRY)
        any_of = has if any_of is None else any_of | has
    return any_of


def _name(name: str) -> str:
    return name.translate(_ESCAPED) + _VALUE


def _unescaped(text: str) -> str:
    return re.sub(r"\\(\\|n|u1f|u1e)", lambda match: _UNESCAPED[match[1]], text)


def _entry(name: str, value: str) -> str:
    return _name(name) + value.translate(_ESCAPED)


def any_of(predicates: Sequence[Any]) -> Any:
    """Joined by OR as a balanced tree: in a chain of hundreds, ibis would exceed Python's recursion limit."""
    if len(predicates) == 1:
        return predicates[0]
    middle = len(predicates) // 2
    return any_of(predicates[:middle]) | any_of(predicates[middle:])
