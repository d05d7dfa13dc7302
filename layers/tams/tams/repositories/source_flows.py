"""The Flows of a Source, for deletions that take all of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from tams.models.caller import AUTH_CLASSES
from tams.repositories.predicates import values_in_text
from tams.repositories.tables import FLOWS
from tams.repositories.visible import VisibleTransaction
from tams.vast.where import col


@dataclass(frozen=True, slots=True)
class FlowOfSource:
    """What decides whether a Flow may be deleted with its Source."""

    id: str
    classes: Sequence[str]
    is_read_only: bool
    created_us: int


class SourceFlowRepository:
    def __init__(self, transaction: VisibleTransaction) -> None:
        self._transaction = transaction

    def all(self, source_id: str) -> list[FlowOfSource]:
        """One round trip, of four columns."""
        columns = ["id", "tags", "read_only", "created_us"]
        return [
            FlowOfSource(
                row["id"],
                [each for each in values_in_text(row["tags"], AUTH_CLASSES) if each],
                bool(row["read_only"]),
                row["created_us"] or 0,
            )
            for row in self._transaction.select(FLOWS, col["source_id"] == source_id, columns)
        ]

    def deletable(self, source_id: str, until_us: int, limit: int) -> list[str]:
        """The ids of Flows created until then that are not read-only, `limit` at most. One round trip."""
        wanted = (
            (col["source_id"] == source_id)
            & (col["created_us"] <= until_us)
            & col["read_only"].isin([False])
        )
        rows = self._transaction.select(FLOWS, wanted, ["id"], rows_max=limit)
        return sorted(row["id"] for row in rows)[:limit]
