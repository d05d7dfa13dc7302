"""The results of the items of a batch (an extension)."""

from dataclasses import dataclass

from tams.models.base import Model
from tams.models.common import Integer, Tags, Text, Uuid
from tams.models.error import Error

Outcome = Error | None
"""Why an item failed; None if it did not."""


@dataclass(frozen=True, slots=True)
class StoredBatch:
    """A batch that its client may repeat, and the outcomes of its first items: all, if it is complete.

    `id` stands for the caller and the key, `digest` for the request.
    """

    id: str
    digest: str
    outcomes: tuple[Outcome, ...]
    created_us: int
    revision: int = 0


class BatchResult(Model):
    """The result of one item: the status and error that a request for it alone would have got.

    `id` is absent if the item names none.
    """

    id: Text | None = None
    status: Integer
    error: Error | None = None


class Named(Model):
    """An item of a batch."""

    id: Uuid


class FlowTags(Model):
    """All tags that a Flow is to have."""

    id: Uuid
    tags: Tags
