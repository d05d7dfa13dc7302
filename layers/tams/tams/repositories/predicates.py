"""Turns filters into predicates that VAST can use for pruning. Pure."""

import re
from collections.abc import Collection, Iterable, Mapping

from tams.models.caller import AUTH_CLASSES
from tams.models.common import Tags
from tams.models.filters import TagFilter
from tams.vast.where import Predicate, Value, all_of, any_of, col

_ENTRY, _VALUE, _EMPTY = "\n", "\x1f", "\x1e"
_UNESCAPED = {"\\": "\\", "n": _ENTRY, "u1f": _VALUE, "u1e": _EMPTY}
_ESCAPED = str.maketrans({"\\": "\\\\", _ENTRY: "\\n", _VALUE: "\\u1f", _EMPTY: "\\u1e"})


def tags_text(tags: Tags | None) -> str:
    """Tags as one text in which a whole tag is a substring, so that VAST itself can find it.

    Each value of each tag is an entry between line feeds; an empty list has an entry of its own.
    """
    entries = []
    for name, value in (tags or {}).items():
        values = [value] if isinstance(value, str) else value
        entries += [_entry(name, each) for each in values] or [_name(name) + _EMPTY]
    return _ENTRY + "".join(entry + _ENTRY for entry in entries)


def has_tag(text: str | None, name: str) -> bool:
    """Whether the text from `tags_text` has a tag of this name."""
    return _ENTRY + _name(name) in (text or "")


def values_in_text(text: str | None, name: str) -> tuple[str, ...]:
    """The values of a tag in a text from `tags_text`."""
    start = _name(name)
    entries = [each for each in (text or "").split(_ENTRY) if each.startswith(start)]
    return tuple(_unescaped(each.removeprefix(start)) for each in entries if _EMPTY not in each)


def equal(values: Mapping[str, Value | None]) -> Predicate | None:
    """Column by column; None does not filter."""
    return all_of(*(col[name] == value for name, value in values.items() if value is not None))


def tagged(filters: Iterable[TagFilter]) -> Predicate | None:
    """Every filter except those for the absence of a tag, which VAST cannot express."""
    return all_of(*(_tagged(each) for each in filters if each.exists is not False))


def classed(classes: Collection[str], column: str) -> Predicate:
    """Resources of any of these classes; at least one class must be given."""
    entries = (_entry(AUTH_CLASSES, each) for each in sorted(classes))
    return any_of(col[column].contains(_ENTRY + entry + _ENTRY) for entry in entries)


def _tagged(wanted: TagFilter) -> Predicate | None:
    if wanted.exists:
        return col["tags"].contains(_ENTRY + _name(wanted.name))
    entries = [_entry(wanted.name, value) for value in wanted.values or ()]
    if not entries:
        return None
    return any_of(col["tags"].contains(_ENTRY + entry + _ENTRY) for entry in entries)


def _name(name: str) -> str:
    return name.translate(_ESCAPED) + _VALUE


def _unescaped(text: str) -> str:
    return re.sub(r"\\(\\|n|u1f|u1e)", lambda match: _UNESCAPED[match[1]], text)


def _entry(name: str, value: str) -> str:
    return _name(name) + value.translate(_ESCAPED)
