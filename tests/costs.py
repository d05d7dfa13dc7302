"""`python -m tests.costs tests/model …`: run tests, and say what each file cost.

CPU is that of the whole tree of processes, so it is true on a busy machine too, where wall time is not.
"""

import os
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

_TICKS = os.sysconf("SC_CLK_TCK")
_PROC = Path("/proc")


def cpu_seconds() -> float:
    """Of this process, of all that it started, and of those of them that have ended."""
    used: dict[int, float] = {}
    children: dict[int, list[int]] = defaultdict(list)
    for folder in _PROC.iterdir():
        if not folder.name.isdigit():
            continue
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has just ended
        children[int(fields[1])].append(int(folder.name))
        used[int(folder.name)] = sum(int(each) for each in fields[11:15]) / _TICKS
    found, total = [os.getpid()], 0.0
    while found:
        pid = found.pop()
        total += used.get(pid, 0.0)
        found += children[pid]
    return total


class Costs:
    """A plugin of pytest."""

    def __init__(self) -> None:
        self._cpu, self._wall = cpu_seconds(), time.monotonic()
        self._files: dict[str, tuple[float, float, int]] = {}

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        try:
            return (yield)
        finally:
            self._book(item.nodeid.partition("::")[0], tests=1)

    def pytest_collection_finish(self) -> None:
        self._book("collection")

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        self._book("the end of stacks")
        terminalreporter.write_line(f"{'CPU s':>8} {'wall s':>8} {'tests':>6}")
        rows = sorted(self._files.items(), key=lambda row: -row[1][0])
        total = tuple(sum(column) for column in zip(*self._files.values(), strict=True))
        for name, (cpu, wall, tests) in [*rows, ("all", total)]:
            terminalreporter.write_line(f"{cpu:8.1f} {wall:8.1f} {tests:6} {name}")

    def _book(self, name: str, tests: int = 0) -> None:
        cpu, wall = cpu_seconds(), time.monotonic()
        before = self._files.get(name, (0.0, 0.0, 0))
        spent = (cpu - self._cpu, wall - self._wall, tests)
        self._files[name] = (before[0] + spent[0], before[1] + spent[1], before[2] + spent[2])
        self._cpu, self._wall = cpu, wall


if __name__ == "__main__":
    sys.exit(pytest.main(sys.argv[1:], [Costs()]))
