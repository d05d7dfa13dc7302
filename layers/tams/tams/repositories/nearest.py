"""Finds the first of many Segments in a store that stops selecting at an arbitrary row."""

from collections.abc import Callable

from tams.models.stored import StoredSegment, Stretch
from tams.models.timelines import finite

Fetch = Callable[[int | None, int | None, int], list[StoredSegment]]
"""Segments that start in `[from_ns, until_ns)`, in no order; `rows_max`, the third, may cut them short."""


def nearest(
    fetch: Fetch, from_ns: int | None, until_ns: int | None, *, needed: int, reverse: bool
) -> Stretch:
    """Segments that start in `[from_ns, until_ns)`, in order.

    If there are many more than `needed`, the answer covers a shorter stretch at the near end, which still has
    more than that. Takes one fetch, and another each time there are too many.
    """
    rows_max = 2 * needed + 64
    while True:
        found = fetch(from_ns, until_ns, rows_max)
        found.sort(key=start_ns, reverse=reverse)
        if len(found) < rows_max:
            return Stretch(found, from_ns, until_ns)
        # Too many to be sure that these are the nearest, but enough lie up to the last one needed.
        # (One more than needed, because the first may only touch the timerange.)
        edge_ns = start_ns(found[needed])
        if reverse:
            from_ns = edge_ns
        else:
            until_ns = edge_ns + 1


def start_ns(segment: StoredSegment) -> int:
    return finite(segment.timerange)[0]
