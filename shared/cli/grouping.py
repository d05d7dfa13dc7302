"""Groups the packets of one track, each for an Object, at the cuts of the plan."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from cli.packets import duration_of, time_of
from cli.plan import Plan
from cli.presenting import Presented
from cli.probe import Track

_GAP = Fraction(1, 2)
"""Seconds without media that a Segment does not cover. Less is rounding, or a frame that was lost."""

_LASTING = Fraction(60)
"""Seconds for which a frame may last, where their rate varies."""

_SLACK = Fraction(1, 1000)


@dataclass
class Group:
    """The packets between two cuts, in decoding order; some at its ends may only be decoded."""

    packets: list[Presented]

    @property
    def start(self) -> Fraction:
        """When its first frame is shown; with open GOPs that is before the key frame."""
        return min(each.start for each in self.packets if each.is_shown)

    @property
    def end(self) -> Fraction:
        return max(each.end for each in self.packets if each.is_shown)

    @property
    def decoded_start(self) -> Fraction:
        return min(time_of(each.packet) for each in self.packets)

    @property
    def decoded_end(self) -> Fraction:
        return max(time_of(each.packet) + duration_of(each.packet) for each in self.packets)


def is_gap(end: Fraction, start: Fraction, track: Track) -> bool:
    """Whether media is missing between two times."""
    varies = track.kind == "video" and track.rate is None
    return start - end > (_LASTING if varies else _GAP)


def groups(packets: Iterable[Presented], plan: Plan, track: Track) -> Iterator[Group]:
    """Groups that show something. A short rest of sound, beyond the picture, stays with the group before."""
    held: Group | None = None
    for group in _split(packets, plan, track):
        if held is not None:
            if group.start >= plan.end and _is_short(group, plan):
                held.packets += group.packets
                continue
            yield held
        held = group
    if held is not None:
        yield held


def _is_short(group: Group, plan: Plan) -> bool:
    return group.end - group.start < plan.seconds / 2


def _split(packets: Iterable[Presented], plan: Plan, track: Track) -> Iterator[Group]:
    cuts = iter([*plan.cuts, None])
    cut = next(cuts)
    group, start, end = Group([]), None, None  # start and end of what the group shows, so far
    for each in packets:
        may_begin = track.kind == "audio" or each.packet.is_keyframe
        if start is not None and end is not None:
            torn = each.is_shown and is_gap(end, each.start, track)
            if not each.is_shown:
                begins = may_begin and time_of(each.packet) < end  # for the sake of another edit
            else:
                at_cut = cut is not None and each.start >= cut
                begins = may_begin and (at_cut or _is_beyond(each, start, plan, track))
            if begins or torn:
                yield group
                needed = [] if may_begin else _since_key_frame(group)
                group, start, end = Group(needed), None, None
        if each.is_shown:
            if start is None:
                while cut is not None and each.start >= cut:
                    cut = next(cuts)
            start = each.start if start is None else min(start, each.start)
            end = each.end if end is None else max(end, each.end)
        cut_off = track.kind == "audio" and start is not None and each.packet.is_discard
        if not cut_off:  # nothing needs sound that comes after the end of an edit
            group.packets.append(each)
    if start is not None:
        yield group


def _since_key_frame(group: Group) -> list[Presented]:
    """What a decoder needs to go on behind the group, not to be shown again."""
    needed: list[Presented] = []
    for each in reversed(group.packets):
        needed.insert(0, replace(each, is_shown=False))
        if each.packet.is_keyframe:
            break
    return needed


def _is_beyond(each: Presented, start: Fraction, plan: Plan, track: Track) -> bool:
    """Whether a group is long enough where the leading track has no cuts, before and after it."""
    is_outside = each.start >= plan.end or each.start < plan.origin
    return (
        track.index != plan.leading
        and track.kind == "audio"
        and is_outside
        and each.start - start >= plan.seconds - _SLACK
    )
