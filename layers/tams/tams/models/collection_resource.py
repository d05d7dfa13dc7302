"""Collections as resources of their own (an extension): Flows or Sources that collect, and their members."""

from typing import Annotated, Any

from pydantic import Field, WithJsonSchema, model_validator

from tams.models.base import ClosedModel, Model
from tams.models.collection import CollectionItem, FlowCollectionItem
from tams.models.common import ContentFormat, Count, Tags, TagValue, Text, Uuid
from tams.models.container_mapping import ContainerMapping

Position = Annotated[Count, Field(description="Its position among the members, counted from 0.")]
MemberCount = Annotated[Count, Field(description="The number of members that the caller may see.")]
MembersUrl = Annotated[Text | None, Field(description="The URL of the list of members.")]


class SourceCollection(Model):
    """A Source whose Flows collect others."""

    id: Uuid
    format: ContentFormat
    label: Text | None = None
    description: Text | None = None
    tags: Tags | None = None
    member_count: MemberCount
    members_url: MembersUrl = None


class Collection(Model):
    """A Flow that collects others."""

    id: Uuid
    source_id: Uuid
    format: ContentFormat
    label: Text | None = None
    description: Text | None = None
    tags: Tags | None = None
    member_count: MemberCount
    members_url: MembersUrl = None


class SourceMember(CollectionItem):
    """A member of a Source's collection."""

    position: Position


class Member(FlowCollectionItem):
    """A member of a Flow's collection."""

    position: Position


class MemberPut(ClosedModel):
    """What replaces a member's properties; absent ones are unset. Without `position`, it does not move."""

    id: Uuid | None = None
    role: Text | None = None
    container_mapping: ContainerMapping | None = None
    position: Position | None = None


class MemberPost(MemberPut):
    """A Flow to collect. Without `position`, it comes last; with one, those from there on move up."""

    id: Uuid


class CollectionPost(ClosedModel):
    """A multi Flow to create. The service generates the ids that are absent. The Source may exist already."""

    id: Uuid | None = None
    source_id: Uuid | None = None
    label: Text | None = None
    description: Text | None = None
    tags: Tags | None = None
    members: tuple[FlowCollectionItem, ...] = ()


_MEMBERS = {"type": ["array", "null"], "items": {"$ref": "#/components/schemas/FlowCollectionItem"}}
_TAGS = {
    "type": ["object", "null"],
    "additionalProperties": {"type": ["string", "array", "null"], "items": {"type": "string"}},
}
_NullableText = Annotated[Text | None, WithJsonSchema({"type": ["string", "null"]})]


class CollectionPatch(ClosedModel):
    """A JSON merge patch (RFC 7396): what is absent stays, `null` unsets. `members` is replaced whole."""

    label: _NullableText = None
    description: _NullableText = None
    tags: Annotated[dict[Text, TagValue | None] | None, WithJsonSchema(_TAGS)] = None
    members: Annotated[tuple[FlowCollectionItem, ...] | None, WithJsonSchema(_MEMBERS)] = None

    @model_validator(mode="before")
    @classmethod
    def _refuse_null(cls, value: Any) -> Any:
        """Unlike in other bodies, `null` means something here."""
        return value
