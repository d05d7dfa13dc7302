"""Movie fragments for one track: an initialisation for all of them, and a fragment for each group of packets.

Sources: ISO/IEC 14496-12, section 8.8, and CMAF, ISO/IEC 23000-19. Behind the initialisation, all fragments
together are one file, and so is each of them alone. Their media time starts with the first packet. An edit
list in the initialisation moves it: presented time is that of the file, from the first frame of the picture.
Composition offsets are not negative, because FFmpeg would move a picture with any that are.
"""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import av
from av.bitstream import BitStreamFilterContext
from av.packet import Packet
from av.stream import Stream

from cli.boxes import Box, boxes, hides_first, samples_of, starts_at, without_bit_rates
from cli.packets import MediaPacket, codec_of
from cli.ticks import Placed

_FLAGS = "delay_moov+default_base_moof+frag_custom+skip_trailer"
_OPTIONS = {
    "movflags": _FLAGS,
    "use_editlist": "0",
    "write_btrt": "0",
    "fflags": "+bitexact",
    "avoid_negative_ts": "disabled",
}
_MERGED = frozenset({"eac3"})
"""Codecs of which one sample may hold several packets."""

_HVCC = b"\x01"
"""Such a header of H.265 comes from MP4 or Matroska, whose pictures have no start codes."""

_SETS = frozenset({32, 33, 34})


@dataclass(frozen=True)
class Fragment:
    init: bytes
    media: bytes


@dataclass
class Fragmenter:
    """Makes the fragments of one track, in order.

    `time_base` is the track's tick. The first fragment decides what the edit list hides.
    """

    stream: Stream
    time_base: Fraction
    _lead: int | None = None
    _number: int = 1

    def fragment(self, placed: Sequence[Placed]) -> Fragment | None:
        """Of packets in ticks of presented time. None if the container turns them into something else.

        Raises FFmpegError or ValueError for packets that it does not take.
        """
        first = _decoded(placed[0])
        lead = _lead(placed) if self._lead is None else self._lead
        if first + lead < 0:
            return None
        made = _muxed(self.stream, self.time_base, placed, lead, _tag(self.stream, placed))
        init = b"".join(made[each.start : each.end] for each in _head(made))
        media = made[len(init) :]
        if samples_of(media) != len(placed) and codec_of(self.stream) not in _MERGED:
            return None
        self._lead = lead
        number, self._number = self._number, self._number + 1
        init = hides_first(without_bit_rates(init), lead)
        return Fragment(init, starts_at(media, first + lead, number))


def _head(made: bytes) -> Iterator[Box]:
    for each in boxes(made):
        if each.name not in {b"ftyp", b"moov"}:
            return
        yield each


def _lead(placed: Sequence[Placed]) -> int:
    """By how many ticks decoding is put off at least, so that it does not begin before zero.

    Nor does it begin before the first frame is shown: players that know no edit lists, such as hls.js, take
    the one for the other.
    """
    first = _decoded(placed[0])
    return max(-first, min(each.pts for each in placed) - first)


def _tag(stream: Stream, placed: Sequence[Placed]) -> str | None:
    """The name of the sample entry, where there is a choice.

    Apple's players want H.265 with its parameter sets in the initialisation alone, and the muxer then leaves
    out those of a transport stream. Where that has others, they stay among its pictures.
    """
    if codec_of(stream) != "hevc":
        return None
    header = stream.codec_context.extradata or b""
    if header.startswith(_HVCC):
        return "hvc1"
    known = set(_parameter_sets(header))
    fits = all(each in known for one in placed for each in _parameter_sets(bytes(one.packet)))
    return "hvc1" if fits else "hev1"


def _parameter_sets(units: bytes) -> Iterator[bytes]:
    """Those of H.265, among units with start codes. Source: ITU-T H.265, annex B and table 7-1."""
    for each in units.split(b"\x00\x00\x01")[1:]:
        if each and each[0] >> 1 & 0x3F in _SETS:
            yield each.rstrip(b"\x00")


def _decoded(placed: Placed) -> int:
    return placed.pts if placed.dts is None else placed.dts


def _muxed(
    stream: Stream, time_base: Fraction, placed: Sequence[Placed], lead: int, tag: str | None
) -> bytes:
    target = io.BytesIO()
    options = {**_OPTIONS, "video_track_timescale": str(time_base.denominator)}
    with av.open(target, "w", format="mp4", options=options) as output:
        copy = output.add_stream_from_template(stream, opaque=True)
        copy.time_base = time_base
        if tag is not None:
            copy.codec_context.codec_tag = tag
        output.start_encoding()
        for each, packet in zip(placed, _bare(stream, placed), strict=True):
            packet.stream, packet.time_base = copy, time_base
            packet.pts, packet.dts = each.pts + lead, _decoded(each) + lead
            packet.duration = each.duration
            output.mux(packet)
    return target.getvalue()


def _bare(stream: Stream, placed: Sequence[Placed]) -> list[MediaPacket]:
    """The packets, without the ADTS headers that AAC has in transport streams."""
    packets = [each.packet for each in placed]
    if codec_of(stream) != "aac" or stream.codec_context.extradata:
        return packets
    headless = BitStreamFilterContext("aac_adtstoasc", stream)
    bare: list[MediaPacket] = []
    for packet in packets:
        copy = Packet(bytes(packet))
        copy.time_base, copy.pts, copy.dts = packet.time_base, packet.pts, packet.dts
        bare += headless.filter(copy)
    return bare
