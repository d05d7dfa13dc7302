"""Decides where a file is cut: one pass over its packets, without decoding."""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from pathlib import Path

import av.error

from cli.damage import Damage, joined, promised_end, readable
from cli.errors import CommandError
from cli.presenting import CLOCKED, Clock, agreed_jumps, presented
from cli.probe import Track, open_media

_SLACK = Fraction(1, 1000)
"""Seconds by which files round."""

_SHORTEST = Fraction(1, 10)
"""Seconds of sound that make a Segment of their own: some codecs cannot be read from a packet or two."""


@dataclass(frozen=True)
class Plan:
    """`origin` is the file's time of its first frame; all cuts, in order, are later times of the file.

    The track that leads ends at `end`: the others are cut beyond it after `seconds` each. `promised_end` is
    the file's time of its last frame, if the file itself states it. `jumps` are those of its clock, and
    `notes` what a user should know of its timeline. Tracks begin up to `lead_seconds` before the origin.
    """

    origin: Fraction
    cuts: tuple[Fraction, ...]
    end: Fraction
    leading: int
    seconds: Fraction
    promised_end: Fraction | None = None
    jumps: tuple[Fraction, ...] = ()
    lead_seconds: int = 0
    notes: tuple[str, ...] = ()

    @property
    def duration(self) -> Fraction:
        return self.end - self.origin


def plan(path: Path, tracks: list[Track], seconds: Fraction) -> Plan:
    """Cut on the first key frame that is at least `seconds` after the last cut.

    Without a picture any packet will do. Raises CommandError for a file without packets.
    """
    leading = next((track for track in tracks if track.kind == "video"), tracks[0])
    clock = Clock(_jumps(path, tracks))
    origin: Fraction | None = None
    end = Fraction(0)
    keys: list[Fraction] = []
    with open_media(path) as container:
        promised = promised_end(container)
        stream = container.streams[leading.index]
        packets = readable(container, stream, path, Damage(), clock)
        for each in presented(packets, stream, leading.rate):
            if not each.is_shown:
                continue
            end = each.end if origin is None else max(end, each.end)
            origin = each.start if origin is None else min(origin, each.start)
            if each.packet.is_keyframe:
                keys.append(each.start)
    if origin is None:
        raise CommandError(f"{path} contains no packets with timestamps")
    notes = tuple(
        f"the clock of the file jumps by {float(away):.2f} s after {float(start - origin):.2f} s; "
        "the Flows continue without a gap"
        for away, start in zip(clock.jumps, clock.starts, strict=True)
    )
    cuts = _cuts(origin, keys, seconds)
    if cuts and leading.kind == "audio" and end - cuts[-1] < _SHORTEST:
        cuts = cuts[:-1]
    earliest = min((each.first for each in tracks if each.first is not None), default=origin)
    lead = max(0, ceil(origin - earliest - _SLACK))
    return Plan(origin, cuts, end, leading.index, seconds, promised, clock.known, lead, notes)


def _cuts(origin: Fraction, keys: list[Fraction], seconds: Fraction) -> tuple[Fraction, ...]:
    cuts: list[Fraction] = []
    last = origin
    # A key frame slightly early, through rounding in the file's own time base, is in time.
    for key in sorted(keys):
        if key - last >= seconds - _SLACK:
            cuts.append(key)
            last = key
    return tuple(cuts)


def _jumps(path: Path, tracks: list[Track]) -> tuple[Fraction, ...]:
    """The jumps of the file's clock, which only a look at all tracks shows."""
    with open_media(path) as container:
        if container.format.name not in CLOCKED:
            return ()
        clocks = {track.index: Clock() for track in tracks}
        try:
            for _ in joined(container, [container.streams[each] for each in clocks], clocks):
                pass
        except av.error.FFmpegError:
            pass  # the rest is not readable; the ingest reports that
    return agreed_jumps(list(clocks.values()))
