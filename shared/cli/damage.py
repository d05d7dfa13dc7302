"""The unreadable parts of a file, and how to describe them in a line."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import av.error
from av.container import InputContainer
from av.stream import Stream

from cli.packets import MediaPacket, duration_of, time_of
from cli.presenting import CLOCKED, Clock

_PROMISING = frozenset({"matroska,webm", "flac"})
"""Demuxers that take the duration from a header; others derive it from what is there, or guess."""

_TOLERANCE = Fraction(1)
"""Seconds by which a header may be wrong."""

_CUT_OFF = "the file is cut off"


@dataclass
class Damage:
    """The unreadable parts of one track. Times are in seconds of the file."""

    left_out: int = 0
    first_left_out: Fraction | None = None
    untimed: int = 0
    """Packets without a timestamp, as Matroska has them before 0: they have no place on a timeline."""
    last_read: Fraction | None = None
    ended_by: str | None = None

    def leave_out(self, packets: int, since: Fraction) -> None:
        self.left_out += packets
        if self.first_left_out is None:
            self.first_left_out = since

    def words(self, origin: Fraction) -> str | None:
        """None when everything is readable; times count from the file's first frame."""
        said = []
        if self.first_left_out is not None:
            at = float(self.first_left_out - origin)
            packets = "packet" if self.left_out == 1 else "packets"
            said.append(f"{self.left_out} unreadable {packets} skipped after {at:.2f} s")
        if self.untimed:
            packets = "packet" if self.untimed == 1 else "packets"
            said.append(f"{self.untimed} {packets} without a timestamp skipped")
        if self.ended_by is not None and self.last_read is not None:
            at = float(self.last_read - origin)
            what = f"{_CUT_OFF} at" if self.ended_by == _CUT_OFF else f"{self.ended_by} after"
            said.append(f"{what} {at:.2f} s")
        return "; ".join(said) or None


def demuxed(container: InputContainer, streams: Sequence[Stream]) -> Iterator[MediaPacket]:
    """All packets of these streams.

    Damage can look like an extra stream that begins late. PyAV fails on its first packet; the demuxer is past
    it by then, and continues.
    """
    while True:
        try:
            yield from container.demux(*streams)
        except IndexError:
            continue
        return


def joined(
    container: InputContainer, streams: Sequence[Stream], clocks: Mapping[int, Clock]
) -> Iterator[MediaPacket]:
    """All packets of these streams, on clocks that do not jump; only transport streams have any that do."""
    jumps = container.format.name in CLOCKED
    for packet in demuxed(container, streams):
        if jumps and packet.size:
            clocks[packet.stream_index].join(packet)
        yield packet


def readable(
    container: InputContainer, stream: Stream, path: Path, damage: Damage, clock: Clock
) -> Iterator[MediaPacket]:
    """The packets with timestamps, as far as the file is readable; `damage` notes where and why it ended."""
    incomplete = False
    try:
        for packet in joined(container, [stream], {stream.index: clock}):
            if packet.pts is None:
                damage.untimed += packet.size > 0  # an empty one ends the stream
                continue
            end = time_of(packet) + duration_of(packet)
            damage.last_read = max(end, damage.last_read or end)
            incomplete = packet.is_corrupt
            yield packet
    except av.error.FFmpegError as error:
        damage.ended_by = error.strerror or "the file cannot be read"
        return
    size = path.stat().st_size
    # A demuxer silently skips an index that leads beyond the end of the file.
    if incomplete or any(entry.pos + entry.size > size for entry in stream.index_entries):
        damage.ended_by = _CUT_OFF


def promised_end(container: InputContainer) -> Fraction | None:
    """When the longest track ends, in the file's time, if the file itself states it."""
    if container.format.name not in _PROMISING or container.duration is None:
        return None
    return Fraction(container.duration, av.time_base)


def broken_promise(tracks: list[Damage], promised: Fraction | None) -> None:
    """Marks tracks as cut off if they end long before the promised end, and no track reaches that."""
    ends = [each.last_read for each in tracks if each.last_read is not None]
    if promised is None or not ends or promised - max(ends) <= _TOLERANCE:
        return
    for each in tracks:
        each.ended_by = each.ended_by or _CUT_OFF
