"""The place of each frame and sample on a clock that counts them exactly, however their file rounds times."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from av.audio.stream import AudioStream
from av.stream import Stream

from cli.packets import MediaPacket, codec_of, duration_of, time_of
from cli.times import TICK

_ROUNDED = Fraction(1, 20)
"""Of a frame: so far a time may be from its exact place through rounding, even to milliseconds."""

_JOINED = Fraction(1, 500)
"""Seconds by which the time of a packet of sound may be off, and still follow the one before."""

_OPUS_SAMPLES = (*(480, 960, 1_920, 2_880) * 3, *(480, 960) * 2, *(120, 240, 480, 960) * 4)
"""In a frame, by the configuration in its first byte. Source: RFC 6716, section 3.1."""


@dataclass(frozen=True)
class Placed:
    """A packet, and its times in ticks."""

    packet: MediaPacket
    pts: int
    dts: int | None
    duration: int


@dataclass
class FrameClock:
    """Times of a file's frames: exact distances between them, however their Objects round.

    Its ticks are a 90000th of a second, or a little less so that each frame lasts a whole number of them.
    """

    rate: Fraction | None
    _first: Fraction | None = None

    @property
    def time_base(self) -> Fraction:
        if self.rate is None:
            return TICK
        fine = ceil(Fraction(90_000) / self.rate.numerator)
        return Fraction(1, self.rate.numerator * fine)

    def ticks(self, at: Fraction) -> int:
        if self._first is None:
            self._first = at
        if self.rate is not None:
            frames = (at - self._first) * self.rate
            if abs(frames - round(frames)) < _ROUNDED:
                at = self._first + round(frames) / self.rate
        return round(at / self.time_base)

    def placed(self, packets: Sequence[MediaPacket], origin: Fraction) -> list[Placed]:
        """Of a row of packets in decoding order; each is decoded later than the one before."""
        found: list[Placed] = []
        frame = 1 / self.rate if self.rate else Fraction(0)
        for packet, decoded in zip(packets, _decoded(packets, frame), strict=True):
            pts, dts = self.ticks(time_of(packet) - origin), self.ticks(decoded - origin)
            if found and found[-1].dts is not None:
                dts = max(dts, found[-1].dts + 1)
            lasting = round((duration_of(packet) or frame) / self.time_base)
            found.append(Placed(packet, pts, min(dts, pts), lasting))
        return found


def _decoded(packets: Sequence[MediaPacket], frame: Fraction) -> list[Fraction]:
    """When each is decoded, in seconds. Matroska does not say it of the first packets, nor AVI of some."""
    times = [
        None if each.dts is None or each.time_base is None else each.dts * each.time_base
        for each in packets
    ]
    first = next((number for number, each in enumerate(times) if each is not None), None)
    if first is None:
        return [time_of(each) for each in packets]
    known = times[first]
    assert known is not None
    found: list[Fraction] = []
    for number, (packet, at) in enumerate(zip(packets, times, strict=True)):
        step = frame or duration_of(packet)
        if at is None:
            found.append(known - (first - number) * step if number < first else found[-1] + step)
        else:
            found.append(at)
    return found


class SampleClock:
    """Times of sound, each packet where the samples of the one before end, unless there is a gap."""

    def __init__(self, stream: AudioStream) -> None:
        self._rate = stream.codec_context.sample_rate
        self._codec = codec_of(stream)
        self._fixed = _fixed_samples(stream)
        self._expected: int | None = None

    @property
    def time_base(self) -> Fraction:
        return Fraction(1, self._rate)

    def placed(self, packets: Sequence[MediaPacket], origin: Fraction) -> list[Placed]:
        """Of packets that follow those of the call before."""
        found = []
        for packet in packets:
            position = round((time_of(packet) - origin) * self._rate)
            expected = self._expected
            if expected is not None and abs(position - expected) <= self._rate * _JOINED:
                position = expected
            samples = self._samples(packet)
            self._expected = position + samples
            found.append(Placed(packet, position, position, samples))
        return found

    def _samples(self, packet: MediaPacket) -> int:
        stated = round(duration_of(packet) * self._rate)
        exact = _opus_samples(bytes(packet)) if self._codec == "opus" else self._fixed
        if not exact or (stated and exact - stated > self._rate * _JOINED):
            return stated  # the last one may be cut
        return exact


def clock_for(stream: Stream, rate: Fraction | None, first: Fraction) -> FrameClock | SampleClock:
    """`rate` is that of the picture, if it is fixed, and one of its frames is shown at `first`."""
    return SampleClock(stream) if isinstance(stream, AudioStream) else FrameClock(rate, first)


def _fixed_samples(stream: AudioStream) -> int:
    """In each packet, if all have as many: from the decoder, or from the header of FLAC or ALAC; else 0."""
    context = stream.codec_context
    header, codec = context.extradata or b"", codec_of(stream)
    if codec == "flac" and len(header) >= 34 and header[:2] == header[2:4]:
        return int.from_bytes(header[:2])
    if codec == "alac" and len(header) >= 36:
        return int.from_bytes(header[12:16])
    return context.frame_size if codec in {"aac", "mp3"} else 0


def _opus_samples(packet: bytes) -> int:
    """At 48 kHz. Source: RFC 6716, section 3."""
    if not packet:
        return 0
    frames = {0: 1, 1: 2, 2: 2}.get(packet[0] & 3)
    if frames is None:
        frames = packet[1] & 0x3F if len(packet) > 1 else 0
    return _OPUS_SAMPLES[packet[0] >> 3] * frames
