"""What queries had to look at, kept while a test watches."""

import threading
from dataclasses import dataclass, field
from typing import Any

from vastlocal.protocol.predicate import Op, Predicate

_WORDS = {Op.BETWEEN: ">= <=", Op.HALF_OPEN: ">= <"}


@dataclass(frozen=True, slots=True)
class Kind:
    """Queries that differ only in their literals and in what they found."""

    table: str
    way: str
    """The projection, or `key` for the table by its sorting key, or `scan`."""
    compared: tuple[str, ...]
    """Each column with how it is compared, such as `state =`."""
    sent: tuple[str, ...]


@dataclass(slots=True)
class _Counted:
    queries: int = 0
    rows: int = 0
    rows_max: int = 0


@dataclass(slots=True)
class SelectLog:
    """Used from the event loop and from threads."""

    is_on: bool = False
    _counted: dict[Kind, _Counted] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self) -> None:
        with self._lock:
            self._counted = {}
            self.is_on = True

    def stop(self) -> None:
        with self._lock:
            self._counted = {}
            self.is_on = False

    def note(self, kind: Kind, rows: int) -> None:
        with self._lock:
            counted = self._counted.setdefault(kind, _Counted())
            counted.queries += 1
            counted.rows += rows
            counted.rows_max = max(counted.rows_max, rows)

    def as_json(self) -> list[dict[str, Any]]:
        with self._lock:
            return [
                {
                    "table": kind.table,
                    "way": kind.way,
                    "compared": kind.compared,
                    "sent": kind.sent,
                    "queries": counted.queries,
                    "rows": counted.rows,
                    "rows_max": counted.rows_max,
                }
                for kind, counted in self._counted.items()
            ]


def compared(predicate: Predicate) -> tuple[str, ...]:
    """Each column with how it is compared, in order of names."""
    words = []
    for group in predicate:
        ops = dict.fromkeys(_WORDS.get(leaf.op, leaf.op.value) for leaf in group)
        words.append(f"{group[0].path.column} {' or '.join(ops)}")
    return tuple(sorted(words))
