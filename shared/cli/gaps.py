"""What an export does where the store has no media: stop, fill, leave that time out, or keep the gap."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from enum import StrEnum
from fractions import Fraction

import numpy as np
from av.video.frame import VideoFrame

from cli.errors import CommandError
from cli.extents import duration_words
from cli.timeline import HAIR, Clip, FlowMedia, gaps_of
from cli.times import NS, to_ns
from tams.timing import TimeRange
from tams.timing.coverage import subtract, union

_NAMED = 5


class Gap(StrEnum):
    ERROR = "error"
    BLACK = "black"
    SKIP = "skip"
    KEEP = "keep"


def gaps_in(media: FlowMedia) -> list[TimeRange]:
    """Between Segments, but not what is only rounding."""
    return [each for each in gaps_of(media.clips) if (each.duration_ns or 0) > to_ns(HAIR)]


def settled(
    media: list[FlowMedia], timerange: TimeRange, gap: Gap
) -> tuple[list[FlowMedia], tuple[TimeRange, ...], list[str]]:
    """The media to export, the times that are skipped, and remarks. Raises CommandError if gaps are an error.

    What is skipped in one Flow is skipped in all, so that picture and sound stay together.
    """
    missing = union(each for track in media for each in gaps_in(track))
    missing = tuple(each for each in missing if each.overlaps(timerange))
    if not missing:
        return media, (), []
    words = _words(missing)
    match gap:
        case Gap.ERROR:
            raise CommandError(
                f"there is no media in {words}. --gap black fills that, --gap skip leaves it out"
            )
        case Gap.BLACK:
            return media, (), [f"there is no media in {words}: filled with black and silence"]
        case Gap.SKIP:
            skipped = [_without(each, missing) for each in media]
            return skipped, missing, [f"there is no media in {words}: left out"]
        case Gap.KEEP:
            return media, (), [f"there is no media in {words}"]


def _words(gaps: Sequence[TimeRange]) -> str:
    named = ", ".join(f"{each} ({duration_words(each)})" for each in gaps[:_NAMED])
    return f"{named} and {len(gaps) - _NAMED} more" if len(gaps) > _NAMED else named


def _without(media: FlowMedia, missing: Sequence[TimeRange]) -> FlowMedia:
    """The media with these times cut out of its timeline; what follows moves up."""
    clips = [
        _moved(clip, piece, missing)
        for clip in media.clips
        for piece in subtract([clip.timerange], missing)
    ]
    return replace(media, clips=clips)


def _moved(clip: Clip, piece: TimeRange, missing: Sequence[TimeRange]) -> Clip:
    start_ns = piece.start_ns or 0
    by = moved_up(start_ns, missing) - start_ns
    return replace(clip, timerange=piece.shift(by), offset_ns=clip.offset_ns + by)


def moved_up(at_ns: int, skipped: Sequence[TimeRange]) -> int:
    """Where an instant is on a timeline without the skipped times."""
    before = (each.intersection(TimeRange.from_half_open(None, at_ns)) for each in skipped)
    return at_ns - sum(each.duration_ns or 0 for each in before if not each.is_empty)


def with_black(
    frames: Iterator[tuple[Fraction, VideoFrame]],
    gaps: Sequence[TimeRange],
    rate: Fraction | None,
) -> Iterator[tuple[Fraction, VideoFrame]]:
    """Frames with their times, and black ones in the gaps: one a second if the rate varies."""
    waiting = list(gaps)
    for shown, frame in frames:
        while waiting and shown >= Fraction(waiting[0].end_ns or 0, NS) - HAIR:
            yield from _black(frame, waiting.pop(0), rate or Fraction(1))
        yield shown, frame


def _black(
    like: VideoFrame, gap: TimeRange, rate: Fraction
) -> Iterator[tuple[Fraction, VideoFrame]]:
    start, end = Fraction(gap.start_ns or 0, NS), Fraction(gap.end_ns or 0, NS)
    count = max(1, round((end - start) * rate))
    pixels = np.zeros((like.height, like.width, 3), np.uint8)
    for number in range(count):
        frame = VideoFrame.from_ndarray(pixels, format="rgb24").reformat(
            format=like.format.name,
            dst_colorspace=like.colorspace,
            dst_color_range=like.color_range,
        )
        yield start + number / rate, frame
