"""Sorted tables and their projections: whether they are made, what they serve, what a large one costs."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median
from uuid import uuid4

from tams.ports import Progress
from tams.repositories.migrations.definitions import Definitions
from tams.repositories.probes.assumptions import Finding
from tams.repositories.probes.place import ROWS, Place
from tams.repositories.transaction import ROW_ID
from tams.vast.where import Predicate, col

ROW_GROUP = 65_536
"""VAST reads so many rows at a time, so a smaller table shows no difference."""
_BATCH = 10_000
_ALIKE = 10
"""Rows that share a label."""
_TIMES = 9
_SLOWER = 1.5
"""A select that looks at all rows takes at least so many times as long."""


@dataclass(frozen=True)
class Filled:
    """Rows that are there to be searched. `labels` are of `_ALIKE` rows each, also in the column `note`."""

    number: int
    labels: list[str]


def fill(place: Place, number: int, progress: Progress) -> Filled:
    labels = [str(uuid4()) for _ in range(max(1, number // _ALIKE))]
    progress.begin(number)
    for first in range(0, number, _BATCH):
        batch = [
            {"id": str(uuid4()), "place": each, "a": 0, "b": 0, "label": label, "note": label}
            for each in range(first, min(first + _BATCH, number))
            for label in (labels[each % len(labels)],)
        ]
        place.database.write(lambda it, some=batch: it.insert(ROWS, some))  # type: ignore[misc]
        progress.advance(len(batch))
    return Filled(number, labels)


def sorting(place: Place, filled: Filled) -> Iterator[Finding]:
    with place.database.opened() as transaction:
        definitions = Definitions(transaction, place.connection)
        key, stats = definitions.sorting_key(ROWS), definitions.stats(ROWS)
        projections = definitions.projections(ROWS)
    if not place.connection.sorted_tables:
        yield Finding(14, "not asked for: TAMS_VAST__SORTED_TABLES is false")
    else:
        done = (
            "sorted"
            if stats.sorting_done
            else f"not all sorted yet (score {stats.sorting_score:,})"
        )
        words = f"by {', '.join(key)}; {done}" if key else "the table is not sorted"
        yield Finding(14, words, key == ROWS.sorting_key)
    (wanted,) = ROWS.projections
    is_made = projections.get(wanted.name) == wanted.columns
    yield Finding(15, "made" if is_made else "VAST refused it, or made another", is_made)
    yield _served(place, filled)
    yield _complete(place, filled)


def _served(place: Place, filled: Filled) -> Finding:
    """Times, since VAST does not say which way a select went."""
    some = filled.labels[:: max(1, len(filled.labels) // _TIMES)][:_TIMES]
    covered = _milliseconds(place, [col["label"] == each for each in some])
    scanned = _milliseconds(place, [col["note"] == each for each in some])
    words = (
        f"{covered:.1f} ms by its column, {scanned:.1f} ms by another, of {filled.number:,} rows"
    )
    if filled.number < ROW_GROUP:
        return Finding(16, f"{words}: too few to tell")
    return Finding(16, words, scanned >= covered * _SLOWER)


def _milliseconds(place: Place, predicates: list[Predicate]) -> float:
    taken = []
    with place.database.opened() as transaction:
        for predicate in predicates:
            begun = time.perf_counter()
            transaction.select(ROWS, predicate, ["id"])
            taken.append(time.perf_counter() - begun)
    return median(taken) * 1000


def _complete(place: Place, filled: Filled) -> Finding:
    """Rows old and new, one of them not committed, found and changed by way of the projection."""
    label = filled.labels[0]
    place.new_row(label=label)
    expected = filled.number // len(filled.labels) + (filled.number % len(filled.labels) > 0) + 2
    with place.database.opened() as transaction:
        transaction.insert(ROWS, [{"id": str(uuid4()), "place": 0, "label": label}])
        found = transaction.select(ROWS, col["label"] == label, ["id"], with_row_id=True)
        transaction.update(ROWS, [{ROW_ID: row[ROW_ID], "b": 5} for row in found])
        changed = transaction.count(ROWS, (col["label"] == label) & (col["b"] == 5))
    words = f"{len(found)} of {expected} rows found, {changed} changed by row id"
    return Finding(17, words, len(found) == changed == expected)


def dropping(place: Place, filled: Filled) -> Iterator[Finding]:
    """The last probe: the table is gone afterwards, and made again without rows."""
    with place.database.opened() as transaction:
        size = Definitions(transaction, place.connection).stats(ROWS).size_bytes
    begun = time.perf_counter()
    place.database.write(lambda it: Definitions(it, place.connection).drop(ROWS))
    taken = (time.perf_counter() - begun) * 1000
    place.database.write(lambda it: Definitions(it, place.connection).create(ROWS))
    yield Finding(29, f"{filled.number:,} rows, {size / 2**20:.0f} MiB: {taken:.0f} ms")
