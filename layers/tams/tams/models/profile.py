"""A Profile: a technical description that many Flows may share. It never changes."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Discriminator, Tag, model_validator
from pydantic_core import PydanticCustomError

from tams.models.base import Model
from tams.models.common import ContentFormat, Tags, Text, UtcDateTime, Uuid
from tams.models.flow_technical import (
    AudioTechnical,
    DataTechnical,
    FlowTechnical,
    ImageTechnical,
    VideoTechnical,
)

_BRANCHES: Mapping[str, str] = {
    ContentFormat.VIDEO: "<video>",
    ContentFormat.AUDIO: "<audio>",
    ContentFormat.IMAGE: "<image>",
    ContentFormat.DATA: "<data>",
}


def _branch(value: Any) -> str | None:
    if isinstance(value, FlowTechnical):
        return _BRANCHES.get(value.format)
    content_format = value.get("format") if isinstance(value, dict) else None
    return _BRANCHES.get(content_format) if isinstance(content_format, str) else None


FlowMetadata = Annotated[
    Annotated[VideoTechnical, Tag("<video>")]
    | Annotated[AudioTechnical, Tag("<audio>")]
    | Annotated[ImageTechnical, Tag("<image>")]
    | Annotated[DataTechnical, Tag("<data>")],
    Discriminator(
        _branch,
        custom_error_type="flow_metadata",
        custom_error_message=f"must be an object whose format is one of {', '.join(_BRANCHES)}",
    ),
]
"""A single essence: a multi Flow has no Profile."""


class ProfilePost(Model):
    """A new Profile. The service sets its creation time."""

    id: Uuid
    label: Text | None = None
    description: Text | None = None
    created_by: Text | None = None
    tags: Tags | None = None
    flow_metadata: FlowMetadata

    @model_validator(mode="before")
    @classmethod
    def _refuse_max_bit_rate(cls, body: Any) -> Any:
        """The maximum belongs to each Flow; dropping it here would mislead (app note 0020)."""
        metadata = body.get("flow_metadata") if isinstance(body, dict) else None
        if isinstance(metadata, dict) and "max_bit_rate" in metadata:
            raise PydanticCustomError(
                "max_bit_rate", "must not have max_bit_rate in flow_metadata: each Flow has its own"
            )
        return body


class Profile(ProfilePost):
    """Source: profile.json."""

    created: UtcDateTime | None = None
