"""Words a failed validation for a client: which field, and what it must be."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from tams.errors import clipped
from tams.models import patterns

NULL_FIELD = "null_field"
"""The type of the error about a `null`; its context names the `field`."""

MESSAGES_MAX = 5
"""An error message lists this many faults and counts the rest."""

_ENUM_MEMBER = re.compile(r"<[\w.]+: ('[^']*')>")
"""Pydantic names the members of a Literal by their repr; a client knows only their values."""

_PREFIX = "Value error, "
"""Pydantic's, in front of the words of our own validators."""

_WORDS: Mapping[str, str] = {
    "missing": "is required",
    "extra_forbidden": "is not a property of this schema",
    "string_type": "must be a string",
    "string_unicode": "must be valid Unicode",
    "int_type": "must be an integer",
    "bool_type": "must be true or false",
    "tuple_type": "must be an array",
    "list_type": "must be an array",
    "dict_type": "must be an object",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "enum": "must be one of {expected}",
    "literal_error": "must be one of {expected}",
    "greater_than": "must be greater than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "too_short": "must have at least {min_length} item(s)",
    "string_too_short": "must not be empty",
    "timezone_aware": "must have a timezone",
}


def validation_message(error: ValidationError) -> str:
    """All faults in one line, for example `frame_width: must be greater than 0; label: …`."""
    faults = _own(error.errors(include_url=False, include_input=False))
    lines = [_line(fault) for fault in faults[:MESSAGES_MAX]]
    if len(faults) > MESSAGES_MAX:
        lines.append(f"and {len(faults) - MESSAGES_MAX} more")
    return "; ".join(lines)


def _own(faults: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Without "too short" for an array whose items are at fault: pydantic does not count these."""
    within = {fault["loc"][:depth] for fault in faults for depth in range(len(fault["loc"]))}
    return [each for each in faults if each["type"] != "too_short" or each["loc"] not in within]


def _line(fault: Mapping[str, Any]) -> str:
    context = fault.get("ctx", {})
    location = list(fault["loc"])
    if fault["type"] == NULL_FIELD:
        location.append(context["field"])
    path = _path(location)
    words = words_of(fault)
    return f"{path}: {words}" if path else f"the body {words}"


def words_of(fault: Mapping[str, Any]) -> str:
    """What is wrong with a value, without its name."""
    kind, message, context = fault["type"], str(fault["msg"]), fault.get("ctx", {})
    if kind == "string_pattern_mismatch":
        pattern = context["pattern"]
        return patterns.WORDS.get(pattern, f"must match the pattern {pattern}")
    if (words := _WORDS.get(kind)) is None:
        return message.removeprefix(_PREFIX)
    return _ENUM_MEMBER.sub(r"\1", words.format_map(context))


def _path(location: list[int | str]) -> str:
    """`["a", 2, "b"]` as `a[2].b`; names in angle brackets are branches of a union, not fields."""
    path = ""
    for step in location:
        if isinstance(step, int):
            path += f"[{step}]"
        elif not (step.startswith("<") and step.endswith(">")):
            path += f".{clipped(step)}" if path else clipped(step)
    return path
