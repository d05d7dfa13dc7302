"""Which frame of an Object is shown at an instant, determined only from the times of its packets."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

EARLY = Fraction(6, 10_000)
"""Clients, containers and `ThumbnailTask` round times: a frame that begins this soon is shown.

No frame is that short.
"""
_ALIKE_FRAMES = Fraction(3, 2)


@dataclass(frozen=True, slots=True)
class Coded:
    """A packet of one frame: when that is shown, in seconds, and whether a decoder can begin with it."""

    shown: Fraction
    is_key: bool


@dataclass(frozen=True, slots=True)
class Pick:
    """Begin to decode at packet `first`, and take the frame that is shown at `shown`."""

    first: int
    shown: Fraction


@dataclass(frozen=True, slots=True)
class Sought:
    """An instant in an Object that holds `[start, end)`: seconds of the Object's timeline."""

    at: Fraction
    start: Fraction
    end: Fraction


def pick(packets: Sequence[Coded], sought: Sought) -> Pick:
    """Packets are in the order of the file, which is that of decoding; there is at least one.

    Before the first frame, the first is shown, and after the last one, the last.
    """
    times = sorted({each.shown for each in packets})
    at = in_samples(times, sought) + EARLY
    shown = times[max(0, bisect_right(times, at) - 1)]
    keys = [index for index, each in enumerate(packets) if each.is_key and each.shown <= shown]
    # Pictures that lead a key frame come after it in the file, and may refer to what is before it. Their
    # times are earlier than its own, so for them this is the key frame before.
    return Pick(keys[-1] if keys else 0, shown)


def in_samples(times: Sequence[Fraction], sought: Sought) -> Fraction:
    """The instant as the samples count time; `times` are those of the frames, in order.

    They should count as the Object's timeline does. Where they do not, because they count from some other
    time, or no longer fit into the 33 bits of MPEG-TS, they start where the Object does.
    """
    frame = (times[-1] - times[0]) / (len(times) - 1) if len(times) > 1 else Fraction(0)
    first, end = times[0], times[-1] + frame
    moved = sought.at - sought.start + first
    if abs(first - sought.start) < max(frame, EARLY):
        return sought.at
    if abs((end - first) - (sought.end - sought.start)) <= _ALIKE_FRAMES * frame:
        return moved
    return sought.at if first - EARLY <= sought.at < end else moved
