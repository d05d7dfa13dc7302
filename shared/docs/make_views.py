"""`make docs`: write views.md from the definitions of the views, so that it cannot fall behind them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

TARGET = Path(__file__).with_name("views.md")
HEAD = """# Views and their columns

What `tams sql` reads. [Ask in SQL](guides/sql.md) shows how.

A column with ● narrows what is read, if a query compares it with a value. For the others, all rows are read.
Times that end in `_ns` are media time: nanoseconds of TAI since 1970-01-01T00:00:00 TAI. TAI is 37 s ahead of
UTC since 2017. All other times are wall clock, in UTC.

`sources_all`, `flows_all`, `segments_all` and `objects_all` have the same columns, and `deleted`: whether
clients no longer see the row.
"""


def text() -> str:
    """The document as it should be."""
    from sql.macros import MACROS  # noqa: PLC0415 - slow
    from sql.views import SHOWN, WITH_DELETED  # noqa: PLC0415

    lines = [HEAD]
    for view in SHOWN:
        lines += [f"## {view.name}\n", f"{view.meaning}\n", *_table(view), ""]
    lines.append("## What is deleted too\n")
    lines += ["| view | rows |", "| --- | --- |"]
    lines += [f"| `{view.name}` | {view.meaning} |" for view in WITH_DELETED]
    lines += ["\n## Functions\n", "| function | value |", "| --- | --- |"]
    lines += [f"| `{macro.signature}` | {macro.meaning} |" for macro in MACROS]
    return "\n".join([*lines, ""])


def _table(view: Any) -> Iterator[str]:
    from sql.scans import narrowing  # noqa: PLC0415

    narrow = narrowing(view.scan)
    yield "| column | type | | meaning |"
    yield "| --- | --- | --- | --- |"
    for each in view.columns:
        mark = "●" if each.expression in narrow else ""
        yield f"| `{each.name}` | {each.type} | {mark} | {each.meaning} |"


if __name__ == "__main__":
    TARGET.write_text(text())
