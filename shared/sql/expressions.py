"""The filters that DuckDB hands to a scan, which are Arrow expressions, taken apart.

Arrow shows an expression only as text. What is read from the text is put together again and compared with
the expression, so a text that is misread has no effect: the filter is then applied to all rows.
"""

import ast
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

TEXT_MAX = 200_000
"""Characters of a filter that is still taken apart: some thousands of values."""


@dataclass(frozen=True, slots=True)
class Compared:
    """`function` is Arrow's name. Dates are numbers of days since 1970, and moments of microseconds."""

    column: str
    function: str
    value: str | int | bool


@dataclass(frozen=True, slots=True)
class Both:
    parts: tuple["Filter", ...]


@dataclass(frozen=True, slots=True)
class Either:
    parts: tuple["Filter", ...]


Filter = Compared | Both | Either

_TOKEN = re.compile(
    r"""\s*(?:(?P<open>\()|(?P<close>\))|(?P<text>"(?:[^"\\]|\\.)*")
    |(?P<moment>-?\d+-\d\d-\d\d(?:\ \d\d:\d\d:\d\d(?:\.\d+)?)?)|(?P<number>-?\d+)
    |(?P<operator>==|!=|>=|<=|>|<)|(?P<word>[a-z_]\w*))""",
    re.VERBOSE,
)
_FUNCTIONS: Mapping[str, tuple[str, Callable[[Any, Any], Any]]] = {
    "==": ("equal", operator.eq),
    "!=": ("not_equal", operator.ne),
    ">": ("greater", operator.gt),
    ">=": ("greater_equal", operator.ge),
    "<": ("less", operator.lt),
    "<=": ("less_equal", operator.le),
}


class _UnknownError(ValueError):
    """The text has something else than comparisons of a column with a value, joined by AND and OR."""


def taken_apart(expression: Any, schema: pa.Schema) -> Filter | None:
    """None for a filter of another kind."""
    text = str(expression)
    if len(text) > TEXT_MAX:
        return None
    try:
        found, again = _Reader(_tokens(text), schema).read()
    except (ValueError, KeyError, TypeError, OverflowError, SyntaxError, pa.ArrowException):
        return None
    return found if again.equals(expression) else None


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens, position = [], 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            raise _UnknownError(text[position : position + 20])
        tokens.append((match.lastgroup, match[match.lastgroup]))
        position = match.end()
    return tokens


class _Reader:
    """Reads `(a op b)`, however deep. Each result comes with the expression that it stands for."""

    def __init__(self, tokens: list[tuple[str, str]], schema: pa.Schema) -> None:
        self._tokens = tokens
        self._schema = schema

    def read(self) -> tuple[Filter, Any]:
        stack: list[list[Any]] = [[]]
        for kind, text in self._tokens:
            if kind == "open":
                stack.append([])
            elif kind == "close":
                joined = self._joined(stack.pop())
                stack[-1].append(joined)
            else:
                stack[-1].append((kind, text))
        if len(stack) != 1 or len(stack[0]) != 1:
            raise _UnknownError("parentheses")
        found, again = stack[0][0]
        return found, again

    def _joined(self, parts: list[Any]) -> tuple[Filter, Any]:
        left, (kind, sign), right = parts
        if kind == "operator":
            return self._compared(left, sign, right)
        if kind != "word" or sign not in {"and", "or"}:
            raise _UnknownError(sign)
        one, other = left[1], right[1]
        flat = Both if sign == "and" else Either
        expression = (one & other) if sign == "and" else (one | other)
        return flat((*_parts(left[0], flat), *_parts(right[0], flat))), expression

    def _compared(
        self, left: tuple[str, str], sign: str, right: tuple[str, str]
    ) -> tuple[Filter, Any]:
        if left[0] != "word":
            raise _UnknownError(left[1])
        name = left[1]
        data_type = self._schema.field(name).type
        function, compare = _FUNCTIONS[sign]
        scalar = pa.scalar(_value(*right), data_type)
        number = scalar.as_py() if isinstance(scalar.as_py(), str | int) else scalar.value
        return Compared(name, function, number), compare(pc.field(name), scalar)


def _parts(filter_: Any, kind: type[Both | Either]) -> tuple[Filter, ...]:
    return filter_.parts if isinstance(filter_, kind) else (filter_,)


def _value(kind: str, text: str) -> str | int | bool | date | datetime:
    match kind:
        case "text":
            return str(ast.literal_eval(text))
        case "number":
            return int(text)
        case "moment":
            return datetime.fromisoformat(text) if " " in text else date.fromisoformat(text)
        case "word" if text in {"true", "false"}:
            return text == "true"
    raise _UnknownError(text)
