"""Whether a row shows that its Flow or Source is in no collection and has none: a read then looks for none.

`unrelated_revision` is the revision at which that was so. A release that does not know the column writes only
another `revision`, so the row then shows nothing, and `collections` is asked.
"""

from tams.models.stored import StoredFlow, StoredSource
from tams.repositories.transaction import Row

RELATED = -1
"""No revision."""


def relations_row(stored: StoredFlow | StoredSource) -> Row:
    """Whether this update leaves it unrelated."""
    return {"unrelated_revision": stored.revision + 1 if stored.is_unrelated else RELATED}


def relations_of_new(stored: StoredFlow | StoredSource) -> Row:
    """The same for an insert, which makes no later revision."""
    return {"unrelated_revision": stored.revision if stored.is_unrelated else RELATED}


def is_unrelated(row: Row) -> bool:
    return bool(row["unrelated_revision"] == row["revision"])
