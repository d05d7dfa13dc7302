"""A Source: a piece of media in the abstract, whatever Flows represent it."""

from tams.models.base import Model
from tams.models.collection import CollectionItem
from tams.models.common import ContentFormat, Tags, Text, UtcDateTime, Uuid


class Source(Model):
    """A Source exists from its first Flow until its last Flow is deleted. Source: source.json.

    As an extension, a client may also create one by itself, which then exists until a client deletes it.
    """

    id: Uuid
    format: ContentFormat
    label: Text | None = None
    description: Text | None = None
    created_by: Text | None = None
    updated_by: Text | None = None
    created: UtcDateTime | None = None
    updated: UtcDateTime | None = None
    tags: Tags | None = None
    source_collection: tuple[CollectionItem, ...] | None = None
    collected_by: tuple[Uuid, ...] | None = None


class SourcePost(Model):
    """A Source to create by itself (an extension). What the service manages is ignored."""

    id: Uuid
    format: ContentFormat
    label: Text | None = None
    description: Text | None = None
    tags: Tags | None = None


class SourcePut(Model):
    """What replaces a Source's own properties (an extension). Its id and format, if given, must be right."""

    id: Uuid | None = None
    format: ContentFormat | None = None
    label: Text | None = None
    description: Text | None = None
    tags: Tags | None = None
