"""Benchmark results, as tables for `shared/docs/benchmarks.md`."""

import os
import platform
from dataclasses import dataclass, field
from datetime import UTC, datetime


@dataclass
class Record:
    tables: dict[str, list[dict[str, object]]] = field(default_factory=dict)
    notes: dict[str, list[str]] = field(default_factory=dict)

    def line(self, table: str, values: dict[str, object]) -> None:
        self.tables.setdefault(table, []).append(values)

    def note(self, table: str, text: str) -> None:
        self.notes.setdefault(table, []).append(text)

    def markdown(self) -> str:
        machine = f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"
        lines = [
            "# Benchmarks",
            "",
            f"Recorded by `make bench` on {datetime.now(UTC):%Y-%m-%d}: {machine}. Everything ran on one",
            "machine, the local VAST too; absolute times vary by a third from run to run, so mind the",
            "ratios and the round trips.",
        ]
        for name, rows in self.tables.items():
            columns = list(rows[0])
            lines += ["", f"## {name}", "", f"| {' | '.join(columns)} |"]
            lines.append(f"|{' --- |' * len(columns)}")
            lines += [f"| {' | '.join(str(row[column]) for column in columns)} |" for row in rows]
            for note in self.notes.get(name, ()):
                lines += ["", note]
        return "\n".join(lines) + "\n"
