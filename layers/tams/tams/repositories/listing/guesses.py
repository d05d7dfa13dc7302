"""Where windows could end that hold about as many rows as are wanted. Bad guesses cost only time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tams.repositories.listing.keys import KeySelect
from tams.repositories.listing.line import Edge, Line
from tams.repositories.listing.order import Key
from tams.vast.where import Predicate, col

_SAMPLED = (("80000000", "84000000"), ("80000000", "80400000"), ("80000000", "80040000"))
"""The ids of samples: one in 64 of all if they are random UUIDs, then one in 16 of those."""
_SAMPLED_BY_TEXT = (("a3-", 1 / 64), ("7a3-", 1 / 1024))
"""Texts in the ids of samples, and about which share of all these are. There are four hyphens in an id."""
_EARLY = 0.9
_DIGITS = 32
_TOP = 16**_DIGITS - 1


@dataclass(frozen=True, slots=True)
class Guess:
    edge: Edge | None
    rows: int
    """How many rows probably lie between this edge and the one before."""


def guessed_from_sample(
    select: KeySelect, line: Line, window: Predicate | None, wanted: int
) -> list[Guess]:
    """Edges at values that a sample of the window's rows has, from near to far. Mostly one round trip."""
    found, share = _sampled(select, window)
    if not found:
        found, share = _sampled_by_text(select, window)
    keys = select.order.sorted(found)
    guesses: list[Guess] = []
    for total, rows in _growing(wanted):
        at = max(0, round(total * share) - 1)
        if at >= len(keys):
            break
        edge = Edge(line.value_of(keys[at]), with_it=True)
        if not guesses or guesses[-1].edge != edge:
            guesses.append(Guess(edge, max(rows, int(1 / share))))
    return guesses


def guessed_from_spread(
    near: Edge | None, keys: Sequence[Key], wanted: int, *, ascends: bool
) -> list[Guess]:
    """Edges on a line of ids, as if they were spread evenly, which random UUIDs are."""
    start = (0 if ascends else _TOP) if near is None else _number(str(near.value))
    numbers = [number for _, each in keys if (number := _number(each)) is not None]
    if start is None or not numbers:
        return []
    per_row = (max(numbers) - min(numbers)) // len(numbers) or 1
    guesses: list[Guess] = []
    for total, rows in _growing(wanted):
        at = start + total * per_row * (1 if ascends else -1)
        if not 0 < at < _TOP:
            break
        guesses.append(Guess(Edge(_uuid(at), with_it=True), rows))
    return guesses


def _growing(wanted: int) -> Iterator[tuple[int, int]]:
    """How many rows should lie before each edge, in all and since the edge before.

    Up to the first edge there are half as many more than wanted, so that one try mostly does.
    """
    total = rows = wanted + wanted // 2 + 16
    while True:
        yield total, rows
        total += rows
        rows *= 4


def _sampled(select: KeySelect, window: Predicate | None) -> tuple[list[Key], float]:
    """Some of the window's keys, and which share of all they are.

    The id of a row says nothing about its place in the order, so rows with ids in a narrow range are a fair
    sample of all. If there are too many, they are still fair if VAST read them in the order of ids, and so
    stopped early in the range. If it did not, a narrower range is tried.
    """
    for first, end in _SAMPLED:
        found = select.sample(window, (col["id"] >= first) & (col["id"] < end))
        width = int(end, 16) - int(first, 16)
        share = width / 16 ** len(first)
        if len(found) < select.sizes.sample or not select.has_more_tries:
            break
        reached = _leading(max(identifier for _, identifier in found)) - int(first, 16) + 1
        if reached < _EARLY * width:
            share *= reached / width
            break
    return [key for key, _ in found], share


def _sampled_by_text(select: KeySelect, window: Predicate | None) -> tuple[list[Key], float]:
    """The same where ids that were made at one time begin alike: their other digits are still fair."""
    found: list[tuple[Key, str]] = []
    share = 1.0
    for text, share in _SAMPLED_BY_TEXT:  # noqa: B007
        if not select.has_more_tries:
            break
        found = select.sample(window, col["id"].contains(text))
        if len(found) < select.sizes.sample:
            break
    return [key for key, _ in found], share


def _leading(identifier: str) -> int:
    """The first eight digits of an id in a sample. One that is no UUID counts as the last."""
    try:
        return int(identifier[:8], 16)
    except ValueError:
        return 16**8


def _number(identifier: str) -> int | None:
    digits = identifier.replace("-", "")
    if len(digits) != _DIGITS:
        return None
    try:
        return int(digits, 16)
    except ValueError:
        return None


def _uuid(number: int) -> str:
    digits = f"{number:0{_DIGITS}x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
