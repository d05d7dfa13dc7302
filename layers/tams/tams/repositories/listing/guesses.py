"""Where windows could end that hold about as many rows as are wanted. Bad guesses cost only time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tams.repositories.listing.keys import KeySelect
from tams.repositories.listing.line import Edge, Line
from tams.repositories.listing.order import Key
from tams.vast.where import Predicate, col

_FIRST_DIGITS, _NEXT_DIGIT = ("8", "88", "888"), "9"
"""How the ids of samples begin: a sixteenth of all if they are random UUIDs, then a sixteenth of those."""
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
    for first in _FIRST_DIGITS:
        ids = (col["id"] >= first) & (col["id"] < first[:-1] + _NEXT_DIGIT)
        found = select.sample(window, ids)
        share = 16.0 ** -len(first)
        if len(found) < select.sizes.sample:
            break
        reached = _reached(first, max(identifier for _, identifier in found))
        if reached < _EARLY:
            share *= reached
            break
        if not select.has_more_tries:
            break
    return [key for key, _ in found], share


def _reached(first: str, identifier: str) -> float:
    """How far into the range of ids that begin with these digits an id lies."""
    try:
        following = int(identifier[len(first) : len(first) + 4], 16)
    except ValueError:
        return 1
    return (following + 1) / 16**4


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
