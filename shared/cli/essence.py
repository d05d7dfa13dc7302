"""Describes picture and sound for TAMS: `essence_parameters`."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from av.audio.stream import AudioStream
from av.video.codeccontext import VideoCodecContext
from av.video.format import VideoFormat
from av.video.stream import VideoStream

from cli.codecs import pcm_bits
from cli.layouts import channels_of
from cli.packets import codec_of

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


_FIELDS: Mapping[int, str] = {
    1: "progressive",
    2: "interlaced_tff",
    3: "interlaced_bff",
    4: "interlaced_tff",
    5: "interlaced_bff",
}
"""By libavcodec's field orders. The last two are QuickTime's for interleaved fields, whose first line is the
earlier or the later one (Apple's TN2162), whatever libavcodec's comments say of them."""

BOTTOM_FIRST = frozenset(number for number, name in _FIELDS.items() if name == "interlaced_bff")

_BT709, _BT470BG, _SMPTE170M, _BT2020, _BT2020_CONSTANT = 1, 5, 6, 9, 10
_PQ, _HLG = 16, 18
_SDR = frozenset({1, 4, 5, 6, 7, 13, 14, 15})
"""libavutil's numbers of primaries, matrices and transfer functions, which are those of ITU-T H.273."""


_AAC_TYPES = {
    "Main": 1,
    "LC": 2,
    "SSR": 3,
    "LTP": 4,
    "HE-AAC": 5,
    "LD": 23,
    "HE-AACv2": 29,
    "ELD": 39,
}
"""Audio object types by libavcodec's names of profiles. Source: ISO/IEC 14496-3, table 1.17."""

_RATES = [
    Fraction(each * 1_000, of) for each in (24, 25, 30, 48, 50, 60, 120) for of in (1_000, 1_001)
]
_ROUNDING = Fraction(1, 10_000)
"""The usual frame rates, and the share by which Matroska's times, in milliseconds, may miss them."""


def frame_rate(stream: VideoStream) -> Fraction | None:
    """None when it varies."""
    rate, average = stream.guessed_rate or stream.average_rate, stream.average_rate
    if not rate or (average is not None and abs(average / rate - 1) > Fraction(1, 200)):
        return None
    rounded = Fraction(rate)
    return next((each for each in _RATES if abs(rounded / each - 1) < _ROUNDING), rounded)


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
        essence.update(_components(context.format))
    if fields := _FIELDS.get(context.field_order):
        essence["interlace_mode"] = fields
    essence.update(_colour(context))
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
    return {"unc_parameters": {"unc_type": packing}, **_components(form)}


def _components(form: VideoFormat) -> dict[str, Any]:
    """Grey pictures and palettes have no name in TAMS."""
    if form.is_rgb:
        return {"component_type": "RGB"}
    if len(form.components) < 3:
        return {}
    return {
        "component_type": "YCbCr",
        "horiz_chroma_subs": 4 // form.chroma_width(4),
        "vert_chroma_subs": 4 // form.chroma_height(4),
    }


def _colour(context: VideoCodecContext) -> dict[str, str]:
    """Nothing of what the stream does not state."""
    colour: dict[str, str] = {}
    transfer = int(context.color_trc)
    if transfer in {_PQ, _HLG}:
        colour["transfer_characteristic"] = "PQ" if transfer == _PQ else "HLG"
    elif transfer in _SDR:
        colour["transfer_characteristic"] = "SDR"
    for stated in (int(context.color_primaries), int(context.colorspace)):
        if stated in {_BT2020, _BT2020_CONSTANT}:
            colour["colorspace"] = "BT2100" if transfer in {_PQ, _HLG} else "BT2020"
        elif stated == _BT709:
            colour["colorspace"] = "BT709"
        elif stated in {_BT470BG, _SMPTE170M}:
            colour["colorspace"] = "BT601"
        else:
            continue
        break
    return colour


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
        essence["codec_parameters"] = {"mp4_oti": _AAC_TYPES.get(context.profile or "", 2)}
    elif bits := _stated_bits(codec, context.extradata or b""):
        essence["bit_depth"] = bits
    return essence


def _stated_bits(codec: str, header: bytes) -> int | None:
    """The depth in the header of a lossless codec. Source: RFC 9639, and Apple's ALACSpecificConfig."""
    if codec == "flac" and len(header) >= 34:
        return ((header[12] & 1) << 4 | header[13] >> 4) + 1
    if codec == "alac" and len(header) >= 36:
        return header[17]
    return None


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
