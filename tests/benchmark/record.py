"""What benchmarks found: `benchmarks.json`, and `benchmarks.md`, which is made from it."""

import json
import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.benchmark.form import LONG

Table = dict[str, Any]


@dataclass
class Record:
    tables: dict[str, Table] = field(default_factory=dict)

    def line(
        self, table: str, values: Mapping[str, object], numbers: Mapping[str, object] | None = None
    ) -> None:
        """A line of a table, and the numbers behind it where its text does not hold them all."""
        self._table(table)["rows"].append(dict(values))
        if numbers is not None:
            self._table(table).setdefault("numbers", []).append(dict(numbers))

    def note(self, table: str, text: str) -> None:
        self._table(table)["notes"].append(text)

    def keep(self, target: Path) -> None:
        """Writes the JSON and, beside it, the tables; what this run did not measure stays as it was."""
        known: dict[str, Table] = json.loads(target.read_text()) if target.exists() else {}
        known |= self.tables
        target.write_text(json.dumps(known, indent=1, ensure_ascii=False) + "\n")
        target.with_suffix(".md").write_text(markdown(known))

    def _table(self, name: str) -> Table:
        return self.tables.setdefault(
            name,
            {
                "recorded": f"{datetime.now(UTC):%Y-%m-%d}",
                "form": "long" if LONG else "short",
                "machine": _machine(),
                "rows": [],
                "notes": [],
            },
        )


def markdown(tables: Mapping[str, Table]) -> str:
    lines = [
        "# Benchmarks",
        "",
        "Recorded by `make bench`. [benchmarks.json](benchmarks.json) holds the numbers behind the tables,",
        "and [Performance](performance.md) explains them. One machine ran all of it, local VAST included.",
        "Absolute times vary by a third from run to run, so compare ratios and round trips.",
    ]
    for name, table in tables.items():
        rows = table["rows"]
        columns = list(rows[0])
        lines += ["", f"## {name}", "", f"| {' | '.join(columns)} |"]
        lines.append(f"|{' --- |' * len(columns)}")
        lines += [f"| {' | '.join(str(row[column]) for column in columns)} |" for row in rows]
        for note in table["notes"]:
            lines += ["", note]
        lines += ["", f"{table['recorded']}, {table['form']} form, {table['machine']}."]
    return "\n".join(lines) + "\n"


def _machine() -> str:
    return f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"
