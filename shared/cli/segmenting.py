"""Cuts one elementary stream into Objects, packet by packet, without re-encoding."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from cli.damage import Damage, readable
from cli.grouping import Group, groups, is_gap
from cli.packets import time_of
from cli.plan import Plan
from cli.presenting import Clock, presented
from cli.probe import Track, open_media
from cli.times import to_ns
from cli.wrapping import Wrapper

_PRIMING = Fraction(1, 10)
"""Seconds. So much sound that only the decoder needs does not count as content of an Object."""


@dataclass(frozen=True)
class Cut:
    """A Segment and its Object: `[start_ns, end_ns)` on the Flow's timeline.

    `ts_offset_ns` is Segment time minus the time a reader finds in the Object. `object_ns` is what the Object
    holds on its own timeline, if that is more than the Segment shows. `init` is the initialisation that the
    Object needs.
    """

    media: bytes
    start_ns: int
    end_ns: int
    ts_offset_ns: int
    key_frame_count: int
    object_ns: tuple[int, int] | None = None
    init: bytes | None = None


def segments(path: Path, track: Track, plan: Plan, start_ns: int, damage: Damage) -> Iterator[Cut]:
    """The Segments of one track, in order; each ends exactly where the next begins, unless media is missing.

    The file's first frame lies at `start_ns` on the Flow's timeline. Each time is rounded once, from its
    exact distance to that frame. Unreadable parts are left out, and noted in `damage`.
    """

    def flow_ns(shown: Fraction) -> int:
        return start_ns + to_ns(shown - plan.origin)

    def cut(group: Group, following: Group | None) -> Iterator[Cut]:
        packets = [each.packet for each in group.packets]
        end = group.end
        if following is not None and not is_gap(end, following.start, track):
            end = following.start
        start_of_cut, end_of_cut = flow_ns(group.start), flow_ns(end)
        lasts = end_of_cut > start_of_cut  # or else its times are damaged
        wrapped = wrapper.wrap(packets) if lasts else None
        refused = len(packets if wrapped is None else wrapped.refused)
        if refused:
            damage.leave_out(refused, group.start)
        if wrapped is None:
            return
        left_out = {id(packet) for packet in wrapped.refused}
        first = min(time_of(packet) for packet in packets if id(packet) not in left_out)
        offset = flow_ns(wrapped.shift)
        keys = sum(packet.is_keyframe for packet in packets) if track.kind == "video" else 0
        more = None
        if _holds_more(group, track):
            more = (
                min(flow_ns(first), start_of_cut) - offset,
                max(flow_ns(group.decoded_end), end_of_cut) - offset,
            )
        yield Cut(wrapped.media, start_of_cut, end_of_cut, offset, keys, more, wrapped.init)

    with open_media(path) as container:
        stream = container.streams[track.index]
        wrapper = Wrapper(
            stream, track.wrapping, plan.origin, rate=track.rate, lead_seconds=plan.lead_seconds
        )
        packets = readable(container, stream, path, damage, Clock(plan.jumps))
        held: Group | None = None
        for group in groups(presented(packets, stream, track.rate), plan, track):
            if held is not None:
                yield from cut(held, group)
            held = group
        if held is not None:
            yield from cut(held, None)


def _holds_more(group: Group, track: Track) -> bool:
    """Whether the Object has media that the Segment does not show."""
    if track.kind == "video":
        return not all(each.is_shown for each in group.packets)
    lead, trail = group.start - group.decoded_start, group.decoded_end - group.end
    return max(lead, trail) > _PRIMING
