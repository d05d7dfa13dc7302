"""A place where the service keeps media."""

from typing import Literal

from tams.models.base import Model
from tams.models.common import Flag, Tags, Text, Uuid


class StorageBackend(Model):
    """A storage backend, as listed. Source: storage-backends-list.json, storage-backend.json."""

    id: Uuid
    label: Text | None = None
    default_storage: Flag | None = None
    store_type: Literal["http_object_store"]
    provider: Text
    region: Text | None = None
    availability_zone: Text | None = None
    store_product: Text
    tags: Tags | None = None
