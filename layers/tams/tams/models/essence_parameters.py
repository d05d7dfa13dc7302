"""The content of a Flow, by format. These schemas are closed: an unknown property is an error."""

from enum import StrEnum
from typing import Literal, Self

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from tams.models.base import ClosedModel, Model
from tams.models.common import Flag, Integer, PositiveInteger, Ratio, Rational, Text


class VideoPacking(StrEnum):
    """How the components of an uncompressed picture are laid out in memory."""

    PLANAR = "planar"
    YUYV = "YUYV"
    UYVY = "UYVY"
    AYUV = "AYUV"
    V210 = "v210"
    V216 = "v216"
    RGB = "RGB"
    RGBX = "RGBx"
    XRGB = "xRGB"
    BGRX = "BGRx"
    XBGR = "xBGR"
    RGBA = "RGBA"
    ARGB = "ARGB"
    BGRA = "BGRA"
    ABGR = "ABGR"
    ALPHA = "alpha"


YUV_PACKINGS = frozenset(
    {
        VideoPacking.YUYV,
        VideoPacking.UYVY,
        VideoPacking.AYUV,
        VideoPacking.V210,
        VideoPacking.V216,
    }
)


class UncompressedVideoParameters(Model):
    unc_type: VideoPacking


class AvcParameters(Model):
    """The three bytes that identify an H.264 profile and level."""

    profile: Integer
    level: Integer
    flags: Integer


class VideoEssenceParameters(ClosedModel):
    """Source: flow-video.json."""

    frame_width: PositiveInteger
    frame_height: PositiveInteger
    bit_depth: PositiveInteger | None = None
    interlace_mode: (
        Literal["progressive", "interlaced_tff", "interlaced_bff", "interlaced_psf"] | None
    ) = None
    colorspace: Literal["BT601", "BT709", "BT2020", "BT2100"] | None = None
    transfer_characteristic: Literal["SDR", "HLG", "PQ"] | None = None
    aspect_ratio: Ratio | None = None
    pixel_aspect_ratio: Ratio | None = None
    component_type: Literal["YCbCr", "RGB"] | None = None
    horiz_chroma_subs: PositiveInteger | None = None
    vert_chroma_subs: PositiveInteger | None = None
    unc_parameters: UncompressedVideoParameters | None = None
    avc_parameters: AvcParameters | None = None
    frame_rate: Rational | None = None
    vfr: Flag | None = None
    init_segments: Flag | None = None

    @model_validator(mode="after")
    def _check_frame_rate(self) -> Self:
        """A fixed frame rate must be given, a variable one must not."""
        if self.vfr and self.frame_rate is not None:
            raise PydanticCustomError("vfr", "must not have frame_rate when vfr is true")
        if not self.vfr and self.frame_rate is None:
            raise PydanticCustomError("vfr", "must have frame_rate unless vfr is true")
        return self

    @model_validator(mode="after")
    def _check_chroma(self) -> Self:
        packing = self.unc_parameters and self.unc_parameters.unc_type
        if packing in YUV_PACKINGS and None in (self.horiz_chroma_subs, self.vert_chroma_subs):
            raise PydanticCustomError(
                "chroma",
                "must have horiz_chroma_subs and vert_chroma_subs when unc_type is {packing}",
                {"packing": str(packing)},
            )
        return self


class AudioCodecParameters(Model):
    coded_frame_size: Integer | None = None
    mp4_oti: Integer | None = None


class UncompressedAudioParameters(Model):
    unc_type: Literal["interleaved", "planar", "pairs"]


class AudioEssenceParameters(ClosedModel):
    """Source: flow-audio.json."""

    sample_rate: PositiveInteger
    channels: PositiveInteger
    bit_depth: PositiveInteger | None = None
    codec_parameters: AudioCodecParameters | None = None
    unc_parameters: UncompressedAudioParameters | None = None
    init_segments: Flag | None = None


class ImageEssenceParameters(ClosedModel):
    """Source: flow-image.json."""

    frame_width: PositiveInteger
    frame_height: PositiveInteger
    aspect_ratio: Ratio | None = None


class DataEssenceParameters(ClosedModel):
    """Source: flow-data.json."""

    data_type: Text | None = None
    init_segments: Flag | None = None


class MultiEssenceParameters(ClosedModel):
    """Source: flow-multi.json."""

    init_segments: Flag | None = None
