"""Cuts one elementary stream into Objects, packet by packet, without re-encoding."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from cli.damage import Damage, readable
from cli.plan import Plan
from cli.probe import Track, open_media
from cli.times import to_ns
from cli.wrapping import MediaPacket, Wrapped, duration_of, time_of, wrap


@dataclass(frozen=True)
class Cut:
    """A Segment and its Object: `[start_ns, end_ns)` on the Flow's timeline.

    `ts_offset_ns` is Segment time minus the time a reader finds in the Object. `frame_count` counts packets,
    which are frames of picture.
    """

    media: bytes
    start_ns: int
    end_ns: int
    ts_offset_ns: int
    key_frame_count: int
    frame_count: int


@dataclass
class _Group:
    """The packets between two cuts, in decoding order."""

    packets: list[MediaPacket]

    @property
    def start(self) -> Fraction:
        """When its first frame is shown; with open GOPs that is before the key frame."""
        return min(time_of(packet) for packet in self.packets)

    @property
    def end(self) -> Fraction:
        return max(time_of(packet) + duration_of(packet) for packet in self.packets)


def segments(path: Path, track: Track, plan: Plan, start_ns: int, damage: Damage) -> Iterator[Cut]:
    """The Segments of one track, in order; each ends exactly where the next begins.

    The file's first frame lies at `start_ns` on the Flow's timeline. Each time is rounded once, from its
    exact distance to that frame. Unreadable parts are left out, and noted in `damage`.
    """

    def flow_ns(shown: Fraction) -> int:
        return start_ns + to_ns(shown - plan.origin)

    def cut(group: _Group, end: Fraction) -> Iterator[Cut]:
        start, end_ns = group.start, flow_ns(end)
        wrapped = wrap(stream, track.wrapping, group.packets, plan.origin)
        refused = len(group.packets if wrapped is None else wrapped.refused)
        if refused:
            damage.leave_out(refused, start)
        if wrapped is not None:
            yield _cut(track, group, wrapped, flow_ns(start), end_ns)

    with open_media(path) as container:
        stream = container.streams[track.index]
        held: _Group | None = None
        for group in _groups(readable(container, stream, path, damage), plan, track):
            if held is not None:
                yield from cut(held, group.start)
            held = group
        if held is not None:
            yield from cut(held, max(held.end, held.start + (1 / track.rate if track.rate else 0)))


def _groups(packets: Iterator[MediaPacket], plan: Plan, track: Track) -> Iterator[_Group]:
    cuts = iter([*plan.cuts, None])
    cut = next(cuts)
    group = _Group([])
    for packet in packets:
        begins = cut is not None and time_of(packet) >= cut
        if begins and (packet.is_keyframe or track.kind == "audio") and group.packets:
            yield group
            group = _Group([])
            while cut is not None and time_of(packet) >= cut:
                cut = next(cuts)
        group.packets.append(packet)
    if group.packets:
        yield group


def _cut(track: Track, group: _Group, wrapped: Wrapped, start_ns: int, end_ns: int) -> Cut:
    key_frames = sum(packet.is_keyframe for packet in group.packets)
    return Cut(
        media=wrapped.media,
        start_ns=start_ns,
        end_ns=end_ns,
        ts_offset_ns=start_ns - wrapped.first_ns,
        key_frame_count=key_frames if track.kind == "video" else 0,
        frame_count=len(group.packets) - len(wrapped.refused),
    )
