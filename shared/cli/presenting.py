"""When each packet of a file is presented: by edit lists, priming and padding, and past jumps of the clock.

Players follow these too, so the Flow has the same timeline as the file in a player.
"""

import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from av.audio.stream import AudioStream
from av.stream import Stream
from av.video.stream import VideoStream

from cli.packets import MediaPacket, duration_of, time_of

JUMP = Fraction(10)
"""Seconds. If the clock of a transport stream moves on by more, it was set anew: nothing is missing. Players
and ffmpeg take the same."""

_BACK = Fraction(1, 2)
"""Seconds by which decoding times may go back through rounding and damage, without a new clock."""

_SAME_JUMP = Fraction(2)
"""Seconds by which tracks may see the same jump differently: they end and begin at other instants."""

CLOCKED = frozenset({"mpegts", "mpeg"})
"""Demuxers of formats whose clock may be set anew at any time. Elsewhere a file's times are what they say."""


@dataclass(frozen=True)
class Presented:
    """A packet, and the stretch of the file's time that it fills; empty if it is only decoded."""

    packet: MediaPacket
    start: Fraction
    end: Fraction
    is_shown: bool = True


@dataclass
class Clock:
    """Joins a track's times where the clock of its transport stream jumps.

    `known` are the jumps that all tracks agree on, which keep them in step; `jumps` are those this track has
    seen, each in seconds since the packet before. Jumps leave no gap in the longest track.
    """

    known: tuple[Fraction, ...] = ()
    jumps: list[Fraction] = field(default_factory=list)
    starts: list[Fraction] = field(default_factory=list)
    """Where the jumps are, in joined time."""
    _shift: Fraction = Fraction(0)
    _expected: Fraction | None = None

    def join(self, packet: MediaPacket) -> None:
        base = packet.time_base
        if packet.dts is None or base is None:
            decoded = None
        else:
            decoded = packet.dts * base + self._shift
            if self._expected is not None and not -_BACK <= decoded - self._expected <= JUMP:
                away = self._agreed(decoded - self._expected)
                self._shift -= away
                decoded -= away
                self.starts.append(self._expected)
            self._expected = decoded + duration_of(packet)
        if self._shift and base is not None:
            ticks = round(self._shift / base)
            packet.pts = None if packet.pts is None else packet.pts + ticks
            packet.dts = None if packet.dts is None else packet.dts + ticks

    def _agreed(self, away: Fraction) -> Fraction:
        number = len(self.jumps)
        self.jumps.append(away)
        if number < len(self.known) and abs(self.known[number] - away) <= _SAME_JUMP:
            return self.known[number]
        return away


def agreed_jumps(clocks: Sequence[Clock]) -> tuple[Fraction, ...]:
    """The jumps of several tracks as one: none of them then overlaps itself."""
    agreed = []
    for number, away in enumerate(clocks[0].jumps):
        seen = [clock.jumps[number] for clock in clocks if number < len(clock.jumps)]
        agreed.append(min(each for each in seen if abs(each - away) <= _SAME_JUMP))
    return tuple(agreed)


def presented(
    packets: Iterable[MediaPacket], stream: Stream, rate: Fraction | None
) -> Iterator[Presented]:
    """Packets in decoding order, with their times in a player; `rate` is that of the picture, if fixed.

    A packet without a duration fills that of a frame.
    """
    sample_rate = stream.codec_context.sample_rate if isinstance(stream, AudioStream) else 0
    frame = 1 / rate if rate and isinstance(stream, VideoStream) else Fraction(0)
    if isinstance(stream, AudioStream) and sample_rate:
        frame = Fraction(stream.codec_context.frame_size, sample_rate)
    skipped = usual = 0
    for packet in packets:
        start, duration = time_of(packet), duration_of(packet) or frame
        end = start + duration
        is_shown = not packet.is_discard
        if sample_rate:
            lead, trail = _unheard(packet)
            samples = round(duration * sample_rate)
            trail = 0 if samples + trail <= usual else trail  # Ogg's durations are without padding
            usual = max(usual, samples)
            skipped = max(skipped, lead)
            ahead = min(skipped, round(duration * sample_rate))
            skipped -= ahead
            start += Fraction(ahead, sample_rate)
            end = max(start, end - Fraction(trail, sample_rate))
            is_shown = is_shown and (end > start or not duration)
        yield Presented(packet, start, end, is_shown)


def _unheard(packet: MediaPacket) -> tuple[int, int]:
    """Samples to leave out at the start and at the end of what this packet decodes to."""
    if not packet.has_sidedata("skip_samples"):
        return 0, 0
    lead, trail = struct.unpack_from("<II", memoryview(packet.get_sidedata("skip_samples")))
    return lead, trail
