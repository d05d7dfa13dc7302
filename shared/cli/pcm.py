"""Cuts PCM to the sample without decoding it: every channel and every bit stays as it is."""

from collections.abc import Iterator
from fractions import Fraction

from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.packet import Packet
from av.stream import Stream

from cli.codecs import pcm_bits
from cli.layouts import channels_of
from cli.packets import MediaPacket, codec_of
from cli.timeline import FlowMedia
from cli.wrapping import copy_stream

TAKERS = frozenset({"mov", "matroska", "wav", "w64", "caf", "nut", "avi"})
"""Muxers that store PCM unchanged. MP4's PCM is too new: demuxers still in use read 24 bits as 16."""

PCM_ONLY = frozenset({"wav", "w64"})
"""Their muxers accept nearly every codec, but readers expect samples."""

ROUNDING = Fraction(1, 1000)
"""Seconds by which a time may be off: Matroska and FLV round this much. No sample is lost or doubled."""

_G711 = {"pcm_alaw": 8, "pcm_mulaw": 8}


def sample_bits(codec: str) -> int | None:
    """None for codecs that are not a plain row of samples."""
    return pcm_bits(codec) or _G711.get(codec)


def cut(
    output: OutputContainer, media: FlowMedia, start: Fraction, end: Fraction
) -> Iterator[tuple[Fraction, MediaPacket]]:
    """The samples of `[start, end)`, beginning at zero, each packet with its time."""
    with media.open_first() as first:
        template = first.streams.best("audio")
        assert isinstance(template, AudioStream)
        context = template.codec_context
        bits, rate = sample_bits(codec_of(template)), context.sample_rate
        assert bits is not None
        block = bits // 8 * channels_of(context)
        stream = copy_stream(output, template)
    return _pieces(stream, media, block, rate, start, round((end - start) * rate))


def _pieces(
    stream: Stream, media: FlowMedia, block: int, rate: int, start: Fraction, wanted: int
) -> Iterator[tuple[Fraction, MediaPacket]]:
    following: int | None = None
    for timed in media.packets():
        samples = bytes(timed.packet)
        count = len(samples) // block
        position = round((timed.shown - start) * rate)
        if following is not None and abs(position - following) <= rate * ROUNDING:
            position = following
        following = position + count
        skipped, kept = max(0, -position), min(count, wanted - position)
        if kept <= skipped:
            continue
        piece = Packet(samples[skipped * block : kept * block])
        piece.stream, piece.time_base = stream, Fraction(1, rate)
        piece.pts = piece.dts = position + skipped
        piece.duration = kept - skipped
        yield Fraction(position + skipped, rate), piece
