"""Sets of timeranges: their union, their gaps, and what is left after subtraction."""

from collections.abc import Iterable, Iterator

from tams.timing.timerange import TimeRange


def hull(timeranges: Iterable[TimeRange]) -> TimeRange:
    """The smallest range that spans them all; `()` when there is none."""
    spanning = TimeRange.never()
    for timerange in timeranges:
        spanning = spanning.hull(timerange)
    return spanning


def contiguous_runs(timeranges: Iterable[TimeRange]) -> Iterator[TimeRange]:
    """Runs of time without a gap; `timeranges` must be in the order of `sort_key`.

    Lazy, with one run in memory at a time. Ranges that touch (`[0:0_1:0)` and `[1:0_2:0)`) form one run.
    """
    run = TimeRange.never()
    for timerange in timeranges:
        if timerange.is_empty:
            continue
        if run.is_empty or _joins(run, timerange):
            run = run.hull(timerange)
        else:
            yield run
            run = timerange
    if not run.is_empty:
        yield run


def union(timeranges: Iterable[TimeRange]) -> tuple[TimeRange, ...]:
    """The same time as disjoint ranges, in order, with a gap between neighbours."""
    return tuple(contiguous_runs(sorted(timeranges, key=TimeRange.sort_key)))


def subtract(
    timeranges: Iterable[TimeRange], removed: Iterable[TimeRange]
) -> tuple[TimeRange, ...]:
    """The time of `timeranges` that is not in `removed`, as disjoint ranges in order."""
    holes = union(removed)
    return tuple(piece for whole in union(timeranges) for piece in _without(whole, holes))


def gaps(timeranges: Iterable[TimeRange], within: TimeRange) -> tuple[TimeRange, ...]:
    """The time of `within` that none of `timeranges` covers."""
    return subtract([within], timeranges)


def _joins(run: TimeRange, following: TimeRange) -> bool:
    """Whether nothing lies between `run` and `following`, which does not start before it."""
    if run.end_ns is None or following.start_ns is None:
        return True
    if run.end_ns == following.start_ns:
        return run.includes_end or following.includes_start
    return following.start_ns < run.end_ns


def _without(whole: TimeRange, holes: Iterable[TimeRange]) -> Iterator[TimeRange]:
    """The pieces of `whole` outside the disjoint, ordered `holes`."""
    rest = whole
    for hole in holes:
        cut = rest.intersection(hole)
        if cut.is_empty:
            continue
        if cut.start_ns is not None:
            before = TimeRange(
                rest.start_ns, cut.start_ns, rest.includes_start, not cut.includes_start
            )
            if not before.is_empty:
                yield before
        if cut.end_ns is None:
            return
        rest = TimeRange(cut.end_ns, rest.end_ns, not cut.includes_end, rest.includes_end)
    if not rest.is_empty:
        yield rest
