"""How long one round trip of each kind takes."""

import time
from collections.abc import Callable, Iterator
from uuid import uuid4

from tams.ports import Progress
from tams.repositories.probes.assumptions import Finding
from tams.repositories.probes.conflicts import commit
from tams.repositories.probes.place import ROWS, Place
from tams.vast.where import col


def speed(place: Place, times: int, progress: Progress) -> Iterator[Finding]:
    progress.begin(times)
    taken: dict[str, list[float]] = {name: [] for name in ("begin", "select", "insert", "commit")}

    def timed(name: str, step: Callable[[], object]) -> None:
        begun = time.perf_counter()
        step()
        taken[name].append((time.perf_counter() - begun) * 1000)

    identity = place.new_row()
    for _ in range(times):
        begun = time.perf_counter()
        with place.database.opened() as it:
            taken["begin"].append((time.perf_counter() - begun) * 1000)
            timed("select", lambda: it.select(ROWS, col["id"] == identity, ["a"]))
            timed("insert", lambda: it.insert(ROWS, [{"id": str(uuid4()), "place": 0}]))
            timed("commit", lambda: commit(it))
        progress.advance(1)
    words = ", ".join(
        f"{name} {_quantile(each, 0.5):.1f}/{_quantile(each, 0.95):.1f}"
        for name, each in taken.items()
    )
    yield Finding(28, f"ms, p50/p95: {words}")


def _quantile(values: list[float], part: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]
