"""Which storage backends Objects name: an operator may have taken one out of the settings too early."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from tams.repositories.object_tables import OBJECTS
from tams.repositories.rows import instances_from_text
from tams.repositories.transaction import VastTransaction

ROWS_MAX = 100_000
"""Objects looked at. Those of a larger store are a sample: ids are random, and VAST sorts by them."""


@dataclass(frozen=True, slots=True)
class NamedBackends:
    """`unknown` counts the Objects that name each backend that is not configured."""

    looked_at: int
    is_whole: bool
    """Whether every Object was looked at."""
    unknown: Mapping[str, int]


def named_backends(
    transaction: VastTransaction, known: Collection[str], rows_max: int = ROWS_MAX
) -> NamedBackends:
    """Reads one column of at most about `rows_max` rows. Raises BackendUnavailableError."""
    unknown: Counter[str] = Counter()
    looked_at, is_whole = 0, True
    for page in transaction.scan(OBJECTS, None, ["instances"], rows_at_once=10_000):
        if looked_at >= rows_max:
            is_whole = False
            break
        looked_at += len(page)
        for row in page:
            named = {each.storage_id for each in instances_from_text(row["instances"])}
            unknown.update(each for each in named if each is not None and each not in known)
    return NamedBackends(looked_at, is_whole, dict(unknown))
