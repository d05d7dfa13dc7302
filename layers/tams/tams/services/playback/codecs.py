"""The name that a player knows a Flow's codec by, from the Flow's tag or its properties. Source: RFC 6381.

A wrong name keeps a player from playing, a missing one does not. So there is none where the properties do not
say enough.
"""

import re
from collections.abc import Callable, Mapping
from fractions import Fraction

from tams.models.flow import AudioFlow, Flow, VideoFlow

CODECS_TAG = "codecs"
"""The tag of a Flow whose ingest found the name in the media; a convention, not part of TAMS."""

_ELEMENT = re.compile(r"[a-z0-9-]{1,8}(?:\.[a-z0-9-]{1,16}){0,12}", re.ASCII | re.IGNORECASE)

_AAC_LC = 2
_PLAIN = {
    "audio/opus": "opus",
    "audio/flac": "fLaC",
    "audio/mpeg": "mp4a.40.34",
    "audio/ac3": "ac-3",
    "audio/eac3": "ec-3",
    "text/vtt": "wvtt",
}
_ASSUMED = {"video/h264": "avc1.640028", "video/h265": "hvc1.1.6.L120.90"}
_VP9_LEVELS = (
    *((10, 829_440), (11, 2_764_800), (20, 4_608_000), (21, 9_216_000), (30, 20_736_000)),
    *((31, 36_864_000), (40, 83_558_400), (41, 160_432_128), (50, 311_951_360)),
    *((51, 588_251_136), (52, 1_176_502_272), (60, 1_176_502_272), (61, 2_353_004_544)),
)
"""Levels and their most luma samples in a second. Source: VP9 levels, webmproject.org."""
_AV1_LEVELS = (
    *((0, 4_423_680), (1, 8_363_520), (4, 19_975_680), (5, 31_950_720), (8, 70_778_880)),
    *((9, 141_557_760), (12, 267_386_880), (13, 534_773_760), (14, 1_069_547_520)),
)
"""`seq_level_idx` and its most luma samples in a second. Source: AV1 bitstream specification, annex A.3."""


def codec_string(flow: Flow) -> str | None:
    """An element of CODECS: that of the Flow's tag, or None if its properties do not say enough."""
    tagged = (flow.tags or {}).get(CODECS_TAG)
    if isinstance(tagged, str) and _ELEMENT.fullmatch(tagged):
        return tagged
    codec = (flow.codec or "").lower()
    if codec in _PLAIN:
        return _PLAIN[codec]
    if isinstance(flow, AudioFlow) and codec in {"audio/aac", "audio/mp4a-latm"}:
        return _aac(flow)
    if isinstance(flow, VideoFlow) and codec in _PICTURES:
        return _PICTURES[codec](flow)
    return None


def assumed_codec_string(flow: Flow) -> str | None:
    """The same, or a common profile and level: a DASH player does not begin without a name."""
    return codec_string(flow) or _ASSUMED.get((flow.codec or "").lower())


def frame_rate(flow: VideoFlow) -> Fraction | None:
    """Frames in a second; None if it varies."""
    rate = flow.essence_parameters.frame_rate
    return None if rate is None else Fraction(rate.numerator, rate.denominator)


def _aac(flow: AudioFlow) -> str:
    given = flow.essence_parameters.codec_parameters
    kind = given.mp4_oti if given is not None and given.mp4_oti is not None else _AAC_LC
    return f"mp4a.40.{kind}"


def _avc(flow: VideoFlow) -> str | None:
    given = flow.essence_parameters.avc_parameters
    if given is None:
        return None
    bytes_ = (given.profile, given.flags, given.level)
    return f"avc1.{''.join(f'{each & 0xFF:02x}' for each in bytes_)}"


def _vp9(flow: VideoFlow) -> str:
    depth = flow.essence_parameters.bit_depth or 8
    profile = 0 if depth == 8 else 2
    return f"vp09.{profile:02}.{_level(_VP9_LEVELS, flow)}.{depth:02}"


def _av1(flow: VideoFlow) -> str:
    depth = flow.essence_parameters.bit_depth or 8
    return f"av01.0.{_level(_AV1_LEVELS, flow)}M.{depth:02}"


def _level(levels: tuple[tuple[int, int], ...], flow: VideoFlow) -> str:
    """The lowest that allows the Flow's pictures at its rate."""
    essence = flow.essence_parameters
    samples = essence.frame_width * essence.frame_height * (frame_rate(flow) or Fraction(60))
    fitting = (level for level, most in levels if samples <= most)
    return f"{next(fitting, levels[-1][0]):02}"


_PICTURES: Mapping[str, Callable[[VideoFlow], str | None]] = {
    "video/h264": _avc,
    "video/vp9": _vp9,
    "video/av1": _av1,
}
