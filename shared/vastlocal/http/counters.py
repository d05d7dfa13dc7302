"""The requests and their cost, since the start or the last reset."""

from collections import Counter, OrderedDict, defaultdict
from typing import Any

_TRANSACTIONS_MAX = 1000


class Counters:
    """Used on the event loop only."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.requests: Counter[str] = Counter()
        self.statuses: Counter[int] = Counter()
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.transactions: OrderedDict[int, Counter[str]] = OrderedDict()
        self.rows_read: Counter[str] = Counter()
        self.steps: Counter[str] = Counter()

    def note(self, kind: str, txid: int, status: int, seconds: float) -> None:
        self.requests[kind] += 1
        self.statuses[status] += 1
        self.seconds[kind] += seconds
        if txid:
            counter = self.transactions.setdefault(txid, Counter())
            counter[kind] += 1
            if len(self.transactions) > _TRANSACTIONS_MAX:
                self.transactions.popitem(last=False)

    def note_work(self, kind: str, rows_read: int, steps: int) -> None:
        """Rows that SQLite returned, and steps of its virtual machine, to the nearest thousand."""
        if rows_read:
            self.rows_read[kind] += rows_read
        if steps:
            self.steps[kind] += steps

    def as_json(self) -> dict[str, Any]:
        return {
            "requests": dict(self.requests),
            "statuses": {str(status): n for status, n in self.statuses.items()},
            "seconds": dict(self.seconds),
            "rows_read": dict(self.rows_read),
            "steps": dict(self.steps),
            "transactions": {str(t): dict(c) for t, c in self.transactions.items()},
        }
