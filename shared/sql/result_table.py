"""Rows for people: a table if it fits the terminal, otherwise one record below the other."""

import json
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.console import CONTROLS

ROWS_MAX = 1_000
"""The most rows that are shown. The other formats write all."""

_GAP = 2
_FOLDED_MAX = 4
"""So many columns are a table even if their cells take several lines."""


def show_rows(console: Console, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    cells = [[shown(value) for value in row] for row in rows[:ROWS_MAX]]
    widths = [
        max(len(name), *(_width(row[place]) for row in cells)) if cells else len(name)
        for place, name in enumerate(names)
    ]
    fits = sum(widths) + _GAP * (len(names) - 1) <= console.width
    if not console.is_terminal:
        console.width = max(console.width, sum(widths) + _GAP * len(names))
        fits = True
    if fits or len(names) <= _FOLDED_MAX:
        console.print(_table(names, rows, cells))
    else:
        _show_records(console, names, cells)
    if len(rows) > ROWS_MAX:
        console.print(
            f"… and more: only {ROWS_MAX:,} rows are shown; --format csv has all", style="dim"
        )
    elif console.is_terminal:
        console.print(
            f"{len(rows)} row{'' if len(rows) == 1 else 's'}", style="dim", highlight=False
        )


def shown(value: Any) -> str:
    """A value as text; null is empty, as in psql."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case list() | dict():
            return json.dumps(value, default=str, ensure_ascii=False)
    return str(value).translate(CONTROLS)  # which then have the width that they are shown with


def _table(
    names: Sequence[str], rows: Sequence[Sequence[Any]], cells: Sequence[Sequence[str]]
) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, _GAP, 0, 0))
    for place, name in enumerate(names):
        values = [row[place] for row in rows if row[place] is not None]
        is_number = values and all(
            isinstance(each, int | float) and not isinstance(each, bool) for each in values
        )
        table.add_column(Text(name), justify="right" if is_number else "left", overflow="fold")
    for row in cells:
        table.add_row(*map(Text, row))
    return table


def _show_records(console: Console, names: Sequence[str], cells: Sequence[Sequence[str]]) -> None:
    widest = max(map(len, names))
    for number, row in enumerate(cells, start=1):
        console.print(Text(f"── {number} ".ljust(min(console.width, 40), "─"), style="dim"))
        for name, value in zip(names, row, strict=True):
            console.print(
                Text(name.ljust(widest + _GAP), style="bold"), Text(value), sep="", soft_wrap=True
            )


def _width(text: str) -> int:
    return max((len(line) for line in text.splitlines()), default=0)
