"""Notes on each Flow's row that it has neither members nor collectors, so that a read need not look."""

from collections.abc import Sequence

from tams.repositories.migrations.back_fill import BackFill
from tams.repositories.migrations.migration import Migration
from tams.repositories.migrations.steps import AddColumns
from tams.repositories.relations import RELATED
from tams.repositories.tables import COLLECTIONS, FLOWS
from tams.repositories.transaction import Row, VastTransaction
from tams.vast.where import col


def unrelated_revisions(transaction: VastTransaction, flows: Sequence[Row]) -> list[int]:
    """The revision that this fill writes, for Flows that no row of `collections` names."""
    ids = [row["id"] for row in flows]
    related = {
        row[end]
        for end in ("parent_id", "child_id")
        for row in transaction.select(COLLECTIONS, col[end].isin(ids), [end])
    }
    return [RELATED if row["id"] in related else row["revision"] + 1 for row in flows]


MIGRATION = Migration(
    3,
    "which Flows have neither members nor collectors",
    (
        AddColumns(FLOWS, ("unrelated_revision",)),
        BackFill(FLOWS, "unrelated_revision", ("id", "revision"), unrelated_revisions),
    ),
)
