"""What became of the items of a batch (an extension)."""

from tams.models.base import Model
from tams.models.common import Integer, Tags, Text, Uuid
from tams.models.error import Error


class BatchResult(Model):
    """What became of one item: the status and error that a request for it alone would have got.

    `id` is absent if the item names none.
    """

    id: Text | None = None
    status: Integer
    error: Error | None = None


class FlowTags(Model):
    """All tags that a Flow is to have."""

    id: Uuid
    tags: Tags
