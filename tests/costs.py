"""`python -m tests.costs tests/model …`: what each test file costs, and in which processes.

`--by-test` tells it of each test instead; `--record` keeps it for those who share out the work (groups.py).

CPU is that of the whole tree of processes, so it is true on a busy machine too, where wall time is not.
"""

import os
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from pathlib import Path

import pytest

from tests.groups import record

_TICKS = os.sysconf("SC_CLK_TCK")
_PROC = Path("/proc")
_PARTS = {
    "gateway": b"local.gateway_process",
    "poller": b"local.poller_process",
    "queue": b"local.queue_server",
    "vast": b"vastlocal",
    "s3": b"rclone",
    "provision": b"tams.runtime.provision",
    "cli": b"cli.main",
}
"""By what stands in their command lines."""
OPTIONS = ("--by-test", "--record")
_COLUMNS = ("tests", *_PARTS, "others")


class Meter:
    """CPU seconds of this process and of all that it started, by kind of process."""

    def __init__(self) -> None:
        self._seen: dict[tuple[int, int], tuple[str, float]] = {}
        """What each process had used when it was last looked at, by its id and start."""

    def read(self) -> Counter[str]:
        """`others` holds what ended before anybody looked."""
        whole = 0.0
        for pid, (start, own, ended) in _family().items():
            self._seen[pid, start] = (_kind(pid), own)
            whole += own + ended
        kinds: Counter[str] = Counter()
        for kind, own in self._seen.values():
            kinds[kind] += own  # type: ignore[assignment]  # typeshed counts in whole numbers
        kinds["others"] += whole - sum(kinds.values())  # type: ignore[assignment]
        return kinds


def _family() -> dict[int, tuple[int, float, float]]:
    """Start, CPU seconds, and those of children that have ended, of this process and its descendants."""
    used: dict[int, tuple[int, float, float]] = {}
    children: dict[int, list[int]] = defaultdict(list)
    for folder in _PROC.iterdir():
        if not folder.name.isdigit():
            continue
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has just ended
        pid, times = int(folder.name), [int(each) / _TICKS for each in fields[11:15]]
        children[int(fields[1])].append(pid)
        used[pid] = (int(fields[19]), sum(times[:2]), sum(times[2:]))
    family, found = {}, [os.getpid()]
    while found:
        pid = found.pop()
        if pid in used:
            family[pid] = used[pid]
            found += children[pid]
    return family


def _kind(pid: int) -> str:
    if pid == os.getpid():
        return "tests"
    try:
        line = (_PROC / str(pid) / "cmdline").read_bytes()
    except OSError:
        return "others"
    return next((kind for kind, words in _PARTS.items() if words in line), "others")


class Costs:
    """A plugin of pytest."""

    def __init__(self, options: AbstractSet[str]) -> None:
        self._by_test, self._records = (each in options for each in OPTIONS)
        self._meter = Meter()
        self._cpu, self._wall = self._meter.read(), time.monotonic()
        self._rows: dict[str, Counter[str]] = defaultdict(Counter)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Iterator[None]:
        try:
            return (yield)
        finally:
            self._book(self._row(item), "setup")

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Iterator[None]:
        self._book(self._row(item), "calls")
        try:
            return (yield)
        finally:
            self._book(self._row(item), "teardown")
            self._rows[self._row(item)]["n"] += 1

    def pytest_collection_finish(self) -> None:
        self._book("collection", "setup")

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        self._book("the end of stacks", "teardown")
        columns = ("cpu", "wall", "n", *_COLUMNS, "setup")
        write = terminalreporter.write_line
        write(" ".join(f"{each:>9}" for each in columns) + "  file (seconds of CPU, but for wall)")
        total: Counter[str] = Counter()
        for costs in self._rows.values():
            total.update(costs)
        for name, costs in [
            *sorted(self._rows.items(), key=lambda row: -row[1]["cpu"]),
            ("all", total),
        ]:
            write(" ".join(f"{costs[each]:9.1f}" for each in columns) + f"  {name}")
        if self._records:
            record({name: costs["cpu"] for name, costs in self._rows.items() if costs["n"]})

    def _row(self, item: pytest.Item) -> str:
        return item.nodeid if self._by_test else item.nodeid.partition("::")[0]

    def _book(self, name: str, phase: str) -> None:
        cpu, wall = self._meter.read(), time.monotonic()
        spent = self._rows[name]
        for kind in _COLUMNS:
            spent[kind] += cpu[kind] - self._cpu[kind]
        all_kinds = sum(cpu.values()) - sum(self._cpu.values())
        spent["cpu"] += all_kinds
        spent[phase] += all_kinds
        spent["wall"] += wall - self._wall  # type: ignore[assignment]
        self._cpu, self._wall = cpu, wall


if __name__ == "__main__":
    given = sys.argv[1:]
    sys.exit(pytest.main([each for each in given if each not in OPTIONS], [Costs(set(given))]))
