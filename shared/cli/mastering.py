"""The static metadata of HDR10: the display on which a picture was mastered, and how bright it gets.

Sources: SMPTE ST 2086, CTA-861.3, and libavutil's `mastering_display_metadata.h`.
"""

import struct
from fractions import Fraction
from typing import Any

from av.sidedata.sidedata import Type
from av.video.frame import VideoFrame

_DISPLAY = struct.Struct("@20i2i")
"""Ten ratios: x and y of red, green, blue and white, then the least and the greatest luminance in cd/m²; and
whether the colours and the luminances are stated."""

_LIGHT = struct.Struct("@2I")
_CHROMATICITY, _LUMINANCE = 50_000, 10_000
"""Units of x265 and of the bitstream, each to one."""


def mastering_of(frame: VideoFrame) -> tuple[str, ...]:
    """As parameters of x265; nothing of what the frame does not state."""
    found = []
    display, light = (
        _data(frame, Type.MASTERING_DISPLAY_METADATA),
        _data(frame, Type.CONTENT_LIGHT_LEVEL),
    )
    if display is not None and (words := _display(display)):
        found.append(f"master-display={words}")
    if light is not None:
        found.append("max-cll={},{}".format(*_LIGHT.unpack_from(light)))
    return tuple(found)


def _data(frame: VideoFrame, kind: Type) -> bytes | None:
    held: Any = frame.side_data  # PyAV's types know one kind of it only
    try:
        return bytes(held[kind])
    except KeyError:
        return None


def _display(data: bytes) -> str | None:
    *terms, has_colours, has_luminances = _DISPLAY.unpack_from(data)
    ratios = list(zip(terms[::2], terms[1::2], strict=True))
    if not (has_colours and has_luminances and all(below for _, below in ratios)):
        return None
    x_and_y = [round(Fraction(*each) * _CHROMATICITY) for each in ratios[:8]]
    red, green, blue, white = (
        f"({x},{y})" for x, y in zip(x_and_y[::2], x_and_y[1::2], strict=True)
    )
    least, most = (round(Fraction(*each) * _LUMINANCE) for each in ratios[8:])
    return f"G{green}B{blue}R{red}WP{white}L({most},{least})"
