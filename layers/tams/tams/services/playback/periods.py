"""Periods: stretches of time in which each Flow plays one run of Objects, whose samples count one time.

A period cuts what it plays: a player shows nothing of an Object before or after it. So an edit that uses part
of an Object is exact, if the part starts where a decoder can.
"""

import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from tams.models.flow import VideoFlow
from tams.services.playback.exactness import Inexact
from tams.services.playback.parts import Part, runs_of
from tams.services.playback.presentation import Track

SNAP_NS = 250_000_000
"""Sound is cut in frames of its own: its runs may start this much before or after those of the picture."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """The Objects of a Flow in a period."""

    track: Track
    parts: list[Part]

    @property
    def offset_ns(self) -> int:
        return self.parts[0].offset_ns


@dataclass(frozen=True, slots=True)
class Period:
    """Times are those of the Flows."""

    start_ns: int
    end_ns: int
    stretches: list[Stretch]


def periods_of(
    tracks: Sequence[tuple[Track, Sequence[Part]]],
) -> tuple[list[Period], set[Inexact]]:
    """In order, each until the next, and how they differ from what the Flows show. The first track leads."""
    runs = [(track, list(runs_of(parts))) for track, parts in tracks]
    cuts = _cuts([its_runs for _, its_runs in runs])
    periods = []
    inexact: set[Inexact] = set()
    for start_ns, end_ns in pairwise(cuts):
        stretches = []
        for track, its_runs in runs:
            played = _played(its_runs, start_ns, end_ns)
            if played:
                stretches.append(Stretch(track, played))
                inexact |= _faults(track, played, start_ns, end_ns)
        if stretches:
            periods.append(Period(start_ns, end_ns, stretches))
    return periods, inexact


def _cuts(tracks: Sequence[Sequence[list[Part]]]) -> list[int]:
    """Where periods start, and where the last one ends. A start close to that of another track counts as it.

    Runs of one track may be as short as they like: each has a period of its own.
    """
    starts: list[int] = []
    for runs in tracks:
        own = {run[0].start_ns for run in runs}
        starts = sorted({*starts, *(each for each in own if not _is_near(starts, each))})
    return [*starts, max((run[-1].end_ns for runs in tracks for run in runs), default=0)]


def _is_near(starts: Sequence[int], start_ns: int) -> bool:
    at = bisect.bisect_left(starts, start_ns)
    return any(abs(start_ns - each) <= SNAP_NS for each in starts[max(0, at - 1) : at + 1])


def _played(runs: Sequence[list[Part]], start_ns: int, end_ns: int) -> list[Part]:
    """What a period plays of a Flow: of the run that fills most of it, the Objects that lie in it."""

    def overlap_ns(run: list[Part]) -> int:
        return min(run[-1].end_ns, end_ns) - max(run[0].start_ns, start_ns)

    longest = max(runs, key=overlap_ns, default=[])
    if not longest or overlap_ns(longest) <= 0:
        return []
    return [part for part in longest if part.end_ns > start_ns and part.start_ns < end_ns]


def _faults(track: Track, parts: list[Part], start_ns: int, end_ns: int) -> set[Inexact]:
    faults = set()
    first, last = parts[0], parts[-1]
    starts_inside = first.is_cut_at_start or start_ns - first.object_start_ns > SNAP_NS
    if isinstance(track.flow, VideoFlow) and starts_inside:
        faults.add(Inexact.CUT_START)
    if last.is_cut_at_end and end_ns > last.end_ns:
        faults.add(Inexact.GAP)
    return faults
