"""The members of a collection, and their roles."""

from tams.models.base import Model
from tams.models.common import Text, Uuid
from tams.models.container_mapping import ContainerMapping


class CollectionItem(Model):
    """A member of a Source's collection. Source: collection-item.json."""

    id: Uuid
    role: Text | None = None


class FlowCollectionItem(CollectionItem):
    """A member of a Flow's collection. Source: flow-collection.json."""

    container_mapping: ContainerMapping | None = None
