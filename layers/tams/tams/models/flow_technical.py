"""The technical half of a Flow, which a Profile can also give: one class for each format."""

from collections.abc import Mapping
from typing import Literal, Self

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from tams.models.base import Model
from tams.models.common import ContentFormat, Count, MimeType, Rational
from tams.models.container_mapping import ContainerMapping
from tams.models.essence_parameters import (
    AudioEssenceParameters,
    DataEssenceParameters,
    ImageEssenceParameters,
    MultiEssenceParameters,
    VideoEssenceParameters,
)

RAW_VIDEO = "video/raw"
RAW_INTEGER_AUDIO = "audio/x-raw-int"
RAW_FLOAT_AUDIO = "audio/x-raw-float"
FLOAT_BIT_DEPTHS = (32, 64)


class FlowTechnical(Model):
    """Source: flow-technical.json."""

    format: ContentFormat
    codec: MimeType | None = None
    container: MimeType | None = None
    avg_bit_rate: Count | None = None
    segment_duration: Rational | None = None
    container_mapping: ContainerMapping | None = None


class VideoTechnical(FlowTechnical):
    """Source: flow-video.json."""

    format: Literal[ContentFormat.VIDEO] = ContentFormat.VIDEO
    codec: MimeType
    essence_parameters: VideoEssenceParameters

    @model_validator(mode="after")
    def _check_raw(self) -> Self:
        """Uncompressed video must state its sample depth and packing."""
        essence = self.essence_parameters
        if self.codec == RAW_VIDEO:
            _require(self.codec, bit_depth=essence.bit_depth, unc_parameters=essence.unc_parameters)
        return self


class AudioTechnical(FlowTechnical):
    """Source: flow-audio.json."""

    format: Literal[ContentFormat.AUDIO] = ContentFormat.AUDIO
    codec: MimeType
    essence_parameters: AudioEssenceParameters

    @model_validator(mode="after")
    def _check_raw(self) -> Self:
        """Uncompressed audio must state its sample depth and channel layout."""
        essence = self.essence_parameters
        if self.codec in (RAW_INTEGER_AUDIO, RAW_FLOAT_AUDIO):
            _require(self.codec, bit_depth=essence.bit_depth, unc_parameters=essence.unc_parameters)
        if self.codec == RAW_FLOAT_AUDIO and essence.bit_depth not in FLOAT_BIT_DEPTHS:
            raise PydanticCustomError(
                "bit_depth", "essence_parameters.bit_depth must be 32 or 64 for floating point"
            )
        return self


class ImageTechnical(FlowTechnical):
    """Source: flow-image.json."""

    format: Literal[ContentFormat.IMAGE] = ContentFormat.IMAGE
    codec: MimeType
    essence_parameters: ImageEssenceParameters


class DataTechnical(FlowTechnical):
    """Source: flow-data.json."""

    format: Literal[ContentFormat.DATA] = ContentFormat.DATA
    codec: MimeType
    essence_parameters: DataEssenceParameters


class MultiTechnical(FlowTechnical):
    """Source: flow-multi.json."""

    format: Literal[ContentFormat.MULTI] = ContentFormat.MULTI
    essence_parameters: MultiEssenceParameters | None = None


Technical = VideoTechnical | AudioTechnical | ImageTechnical | DataTechnical | MultiTechnical

TECHNICAL_BY_FORMAT: Mapping[ContentFormat, type[Technical]] = {
    ContentFormat.VIDEO: VideoTechnical,
    ContentFormat.AUDIO: AudioTechnical,
    ContentFormat.IMAGE: ImageTechnical,
    ContentFormat.DATA: DataTechnical,
    ContentFormat.MULTI: MultiTechnical,
}

TECHNICAL_FIELDS = (*FlowTechnical.model_fields, "essence_parameters")
"""What a Flow linked to a Profile inherits from it and may not set itself."""


def _require(codec: str, **fields: object) -> None:
    for name, value in fields.items():
        if value is None:
            raise PydanticCustomError(
                "raw_codec",
                "essence_parameters.{name} is required for {codec}",
                {"name": name, "codec": codec},
            )
