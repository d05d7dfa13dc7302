"""Sets of spans of whole nanoseconds, `[from_ns, until_ns)`, as a store of integers calculates with them."""

from collections.abc import Iterable, Iterator
from itertools import pairwise

Span = tuple[int, int]


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same time as disjoint spans in order, with a gap between neighbours."""
    found: list[Span] = []
    for from_ns, until_ns in sorted(each for each in spans if each[0] < each[1]):
        if found and from_ns <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], until_ns)
        else:
            found.append((from_ns, until_ns))
    return found


def without(spans: Iterable[Span], holes: Iterable[Span]) -> list[Span]:
    """The time of `spans` that is in none of the `holes`, as disjoint spans in order."""
    left = merged(spans)
    for hole in merged(holes):
        left = [piece for span in left for piece in _pieces(span, hole)]
    return left


def common(spans: Iterable[Span], others: Iterable[Span]) -> list[Span]:
    """The time in both, as disjoint spans in order."""
    wanted = merged(spans)
    return without(wanted, without(wanted, others))


def joined(spans: Iterable[Span], shortest_ns: int) -> list[Span]:
    """Spans in order, where those with a gap of less than `shortest_ns` between them become one."""
    found: list[Span] = []
    for from_ns, until_ns in spans:
        if found and from_ns - found[-1][1] < shortest_ns:
            found[-1] = found[-1][0], max(found[-1][1], until_ns)
        else:
            found.append((from_ns, until_ns))
    return found


def fewer(spans: Iterable[Span], most: int) -> list[Span]:
    """At most so many spans that hold all of these: the smallest gaps between them are filled."""
    found = merged(spans)
    if len(found) <= most:
        return found
    gaps = sorted(after[0] - before[1] for before, after in pairwise(found))
    return joined(found, gaps[len(found) - most - 1] + 1)


def _pieces(span: Span, hole: Span) -> Iterator[Span]:
    if span[0] < min(span[1], hole[0]):
        yield span[0], min(span[1], hole[0])
    if max(span[0], hole[1]) < span[1]:
        yield max(span[0], hole[1]), span[1]
