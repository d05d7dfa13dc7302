"""What DuckDB says about a query, as one line for the person who wrote it."""

import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches

import duckdb

from sql.view import View

_KIND = re.compile(
    r"^(?:(?:\w+ )?(?:Catalog|Binder|Parser|Conversion|Out of Range|Invalid Input|Not implemented|"
    r"Out of Memory|IO|Permission|Interrupt|TransactionContext) Error: )+",
    re.IGNORECASE,
)
_POINTER = re.compile(r"\n+LINE \d+:.*", re.DOTALL)
_NO_COLUMN = re.compile(
    r'(?:Referenced column|(?:Table|Values list) "\w+" does not have a column named) "(?P<name>[^"]+)"'
)
_NO_TABLE = re.compile(r"Table with name (?P<name>\S+) does not exist!")
_OUTSIDE = re.compile(r"disabled (?:through|by) configuration")


class QueryError(Exception):
    """Its text is one line: what is wrong with the query, and what would be right."""


def fault_of(error: duckdb.Error, views: Sequence[View]) -> str:
    text = str(error)
    said = " ".join(_POINTER.sub("", _KIND.sub("", text)).split())
    if match := _NO_COLUMN.search(text):
        columns = {column.name for view in views for column in view.columns}
        return f'there is no column "{match["name"]}"{_meant(match["name"], columns)}'
    if match := _NO_TABLE.search(text):
        names = [view.name for view in views]
        hint = _meant(match["name"], names) or f": there are {', '.join(names)}"
        return f'there is no view "{match["name"]}"{hint}'
    if _OUTSIDE.search(text):
        return "a query reads no files and no network; --allow-files lets it read local files"
    if isinstance(error, duckdb.OutOfMemoryException):
        return f"the query needs more memory than it may have: give it more with --memory. {said}"
    return said


def _meant(name: str, names: Iterable[str]) -> str:
    found = get_close_matches(name.lower(), sorted(names), n=2)
    return f", did you mean {' or '.join(found)}?" if found else ""
