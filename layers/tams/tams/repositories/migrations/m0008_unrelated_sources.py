"""Notes on each Source's row that it neither collects Sources nor is collected, so that a read need not look.

The previous release can use these tables: whatever it writes has another revision, and then a read looks.
"""

from collections.abc import Sequence

from tams.repositories.migrations.back_fill import BackFill
from tams.repositories.migrations.migration import Migration
from tams.repositories.migrations.steps import AddColumns
from tams.repositories.relations import RELATED
from tams.repositories.tables import COLLECTIONS, SOURCES
from tams.repositories.transaction import Row, VastTransaction
from tams.vast.where import col


def unrelated_revisions(transaction: VastTransaction, sources: Sequence[Row]) -> list[int]:
    """The revision that this fill writes, for Sources that no row of `collections` names."""
    ids = [row["id"] for row in sources]
    related = {
        row[end]
        for end in ("parent_source_id", "child_source_id")
        for row in transaction.select(COLLECTIONS, col[end].isin(ids), [end])
    }
    return [RELATED if row["id"] in related else row["revision"] + 1 for row in sources]


MIGRATION = Migration(
    8,
    "which Sources neither collect others nor are collected",
    (
        AddColumns(SOURCES, ("unrelated_revision",)),
        BackFill(SOURCES, "unrelated_revision", ("id", "revision"), unrelated_revisions),
    ),
)
