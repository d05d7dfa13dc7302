"""Requests for places to upload media to, and the response."""

from typing import Annotated, Self

from pydantic import AliasChoices, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from tams.models.base import ClosedModel, Model
from tams.models.common import Flag, StrictMimeType, Text, Uuid, WholeNumber
from tams.models.upload_segment import UploadSegment

NewObjectId = Annotated[Text, StringConstraints(min_length=1)]


class FlowStoragePost(Model):
    """The storage that a client requests. Without a body, the defaults apply.

    `content_type` may also be spelled `content-type`: the prose and the schema of flow-storage-post.json
    differ.
    """

    limit: Annotated[WholeNumber, Field(ge=1)] | None = None
    object_ids: Annotated[tuple[NewObjectId, ...], Field(min_length=1)] | None = None
    storage_id: Uuid | None = None
    content_type: StrictMimeType | None = Field(
        default=None, validation_alias=AliasChoices("content_type", "content-type")
    )
    presigned: Flag | None = None
    segments: Annotated[tuple[UploadSegment, ...], Field(min_length=1)] | None = Field(
        default=None,
        description=(
            "An extension, not part of TAMS: one Segment for each Object, which its upload registers. "
            "Each put_url then lists headers that the upload must send. Once S3 has the bytes, the "
            "Segment is registered as if it had been POSTed. The number of Segments sets the number "
            "of Objects; it must match limit or object_ids, if given."
        ),
    )

    @classmethod
    def from_body(cls, body: object) -> Self:
        return super().from_body({} if body is None else body)

    @model_validator(mode="after")
    def _check_object_ids(self) -> Self:
        if self.object_ids is None:
            return self
        if self.limit is not None:
            raise PydanticCustomError("limit", "must not have both limit and object_ids")
        if len(set(self.object_ids)) < len(self.object_ids):
            raise PydanticCustomError("object_ids", "must not name an Object twice in object_ids")
        return self

    @model_validator(mode="after")
    def _check_segments(self) -> Self:
        if self.segments is None:
            return self
        if self.content_type is not None:
            raise PydanticCustomError("segments", "must not have both content_type and segments")
        asked = self.limit if self.object_ids is None else len(self.object_ids)
        if asked not in {None, len(self.segments)}:
            raise PydanticCustomError(
                "segments",
                "must have one entry in segments for each Object: {asked} requested, but {given} given",
                {"asked": asked, "given": len(self.segments)},
            )
        for index, segment in enumerate(self.segments):
            if self.object_ids and segment.object_id not in {None, self.object_ids[index]}:
                raise PydanticCustomError(
                    "segments",
                    "must give in segments[{index}] the same object_id as in object_ids[{index}]",
                    {"index": index},
                )
        named = [segment.object_id for segment in self.segments if segment.object_id is not None]
        if len(set(named)) < len(named):
            raise PydanticCustomError("segments", "must not name an Object twice in segments")
        return self


class HttpRequest(Model):
    """A request for the client to make. Source: http-request.json."""

    url: Text
    content_type: Text | None = Field(default=None, alias="content-type")
    headers: dict[Text, Text] | None = None
    body: Text | None = None


class AllocatedObject(Model):
    """An Object that is ready for upload. If `presigned` is absent, the URL is not presigned."""

    object_id: Text
    put_url: HttpRequest
    presigned: Flag | None = None


class FlowStorage(ClosedModel):
    """Source: flow-storage.json."""

    media_objects: tuple[AllocatedObject, ...] | None = None
