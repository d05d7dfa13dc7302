"""Where an Object's bytes can be read."""

from typing import Literal

from tams.models.base import ClosedModel, Model
from tams.models.common import Flag, Tags, Text, Uuid


class GetUrl(ClosedModel):
    """A URL of one instance of an Object. Source: object-core.json.

    Without `presigned`, the URL is not presigned; without `controlled`, it is controlled. The properties
    after `label` are shown only in verbose listings.
    """

    url: Text
    presigned: Flag | None = None
    label: Text | None = None
    storage_id: Uuid | None = None
    controlled: Flag | None = None
    store_type: Literal["http_object_store"] | None = None
    provider: Text | None = None
    region: Text | None = None
    availability_zone: Text | None = None
    store_product: Text | None = None
    tags: Tags | None = None


class UncontrolledUrl(Model):
    """A URL that a client registers and manages itself. Source: flow-segment-post.json."""

    url: Text
    label: Text
