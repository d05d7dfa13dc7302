"""The first Segments of many, from a store that gives no first rows: it stops wherever it happens to be."""

from collections.abc import Callable

from tams.models.stored import StoredSegment, Stretch, finite

Fetch = Callable[[int | None, int | None, int], list[StoredSegment]]
"""Segments that start in `[from_ns, until_ns)`, in no order; `rows_max`, the third, may not be all."""


def nearest(
    fetch: Fetch, from_ns: int | None, until_ns: int | None, *, needed: int, reverse: bool
) -> Stretch:
    """Segments that start in `[from_ns, until_ns)`, in order.

    Where there are many more than `needed`, the answer is for a shorter stretch at the near end, which has
    more than that. One fetch, and one more each time that there are too many.
    """
    rows_max = 2 * needed + 64
    while True:
        found = fetch(from_ns, until_ns, rows_max)
        found.sort(key=start_ns, reverse=reverse)
        if len(found) < rows_max:
            return Stretch(found, from_ns, until_ns)
        # Too many to be sure that these are the nearest. Up to the last one needed there are enough.
        # (One more than needed, because the first may only touch the timerange.)
        edge_ns = start_ns(found[needed])
        if reverse:
            from_ns = edge_ns
        else:
            until_ns = edge_ns + 1


def start_ns(segment: StoredSegment) -> int:
    return finite(segment.timerange)[0]
