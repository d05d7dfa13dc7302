"""Describes picture and sound for TAMS: `essence_parameters`."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from av.audio.stream import AudioStream
from av.video.stream import VideoStream

from cli.codecs import pcm_bits
from cli.layouts import channels_of
from cli.wrapping import codec_of

_PACKED: Mapping[str, str] = {
    "yuyv422": "YUYV",
    "uyvy422": "UYVY",
    "rgb24": "RGB",
    "rgb0": "RGBx",
    "0rgb": "xRGB",
    "bgr0": "BGRx",
    "0bgr": "xBGR",
    "rgba": "RGBA",
    "argb": "ARGB",
    "bgra": "BGRA",
    "abgr": "ABGR",
}
"""libavutil's names of raw picture formats, and TAMS's."""


def frame_rate(stream: VideoStream) -> Fraction | None:
    """None when it varies."""
    rate, average = stream.guessed_rate or stream.average_rate, stream.average_rate
    if not rate or (average is not None and abs(average / rate - 1) > Fraction(1, 200)):
        return None
    return Fraction(rate)


def video_essence(stream: VideoStream) -> dict[str, Any]:
    context = stream.codec_context
    essence: dict[str, Any] = {"frame_width": context.width, "frame_height": context.height}
    rate = frame_rate(stream)
    if rate is None:
        essence["vfr"] = True
    else:
        essence["frame_rate"] = {"numerator": rate.numerator, "denominator": rate.denominator}
    if context.format is not None and context.format.components:
        essence["bit_depth"] = context.format.components[0].bits
    if (ratio := stream.sample_aspect_ratio) and ratio != 1:
        essence["pixel_aspect_ratio"] = {
            "numerator": ratio.numerator,
            "denominator": ratio.denominator,
        }
    if codec_of(stream) == "h264" and (avc := _avc_parameters(context.extradata)):
        essence["avc_parameters"] = avc
    return essence


def raw_packing(stream: VideoStream) -> dict[str, Any] | None:
    """How uncompressed pictures are packed, as fields of the essence; None if TAMS cannot express it."""
    form = stream.codec_context.format
    if form is None:
        return None
    if codec_of(stream) == "v210":
        packing: str | None = "v210"
    elif form.is_planar and form.name.startswith("yuv"):
        packing = "planar"
    else:
        packing = _PACKED.get(form.name)
    if packing is None:
        return None
    packed: dict[str, Any] = {"unc_parameters": {"unc_type": packing}}
    if not form.is_rgb:
        packed["horiz_chroma_subs"] = 4 // form.chroma_width(4)
        packed["vert_chroma_subs"] = 4 // form.chroma_height(4)
    return packed


def audio_essence(stream: AudioStream) -> dict[str, Any]:
    context = stream.codec_context
    essence: dict[str, Any] = {
        "sample_rate": context.sample_rate,
        "channels": channels_of(context),
    }
    codec = codec_of(stream)
    if bits := pcm_bits(codec):
        essence["bit_depth"] = bits
        essence["unc_parameters"] = {"unc_type": "interleaved"}
    elif codec == "aac":
        essence["codec_parameters"] = {"mp4_oti": 2}
    return essence


def _avc_parameters(extradata: bytes | None) -> dict[str, int] | None:
    """Profile, flags and level from the avcC box or the first SPS. Source: ISO/IEC 14496-15."""
    if not extradata:
        return None
    if extradata[0] == 1:
        profile, flags, level = extradata[1:4]
    else:
        sps = extradata.find(b"\x00\x00\x01\x67")
        if sps < 0:
            return None
        profile, flags, level = extradata[sps + 4 : sps + 7]
    return {"profile": profile, "flags": flags, "level": level}
