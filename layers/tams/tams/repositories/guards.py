"""Guard rows on VAST, where creators of the same id collide."""

import zlib
from collections.abc import Iterable

from tams.repositories.changing import ChangingRows
from tams.repositories.service_tables import GUARD_SLOTS, GUARDS
from tams.repositories.visible import VisibleTransaction
from tams.vast.where import col


class GuardRepository:
    """VAST has no unique keys: creators of the same id first write the row of its slot, and collide there."""

    def __init__(self, transaction: VisibleTransaction) -> None:
        self._transaction = transaction

    def hold(self, ids: Iterable[str], gone_us: int = 0) -> int:
        """When the last holder of these ids, or of an id in the same slot, was deleted; 0 if never.

        `gone_us` is when their present holder is deleted.
        """
        slots = sorted({zlib.crc32(each.encode()) % GUARD_SLOTS for each in ids})
        if not slots:
            return 0
        columns = ["slot", "moment_us", "revision"]
        rows = self._transaction.select(GUARDS, col["slot"].isin(slots), columns, with_row_id=True)
        guards = ChangingRows(self._transaction, GUARDS, "slot")
        before = {row["slot"]: row["moment_us"] or 0 for row in guards.track(rows)}
        guards.update({**row, "moment_us": max(before[row["slot"]], gone_us)} for row in rows)
        return max(before.values())
