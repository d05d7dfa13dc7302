"""Recognizes a query that differs from an earlier one only in its literals.

A client sends few kinds of queries, and each kind again and again. Taking one apart costs hundreds of
microseconds, mostly for its columns; comparing it with one that has been taken apart costs one.
"""

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Literal:
    """The place of a literal in a message, and how its bytes are read."""

    start: int
    size: int
    read: Callable[[bytes], Any]


def reader(code: str) -> Callable[[bytes], Any]:
    """Reads a scalar of this `struct` format."""
    unpack = struct.Struct("<" + code).unpack

    def read(octets: bytes) -> Any:
        return unpack(octets)[0]

    return read


class QueryShape:
    """A message with holes for its literals."""

    __slots__ = ("_fixed", "_literals")

    def __init__(
        self, fixed: Sequence[tuple[int, int, bytes]], literals: Sequence[tuple[int, int, Any]]
    ) -> None:
        self._fixed = fixed
        self._literals = literals

    @classmethod
    def of(cls, body: bytes, literals: Sequence[Literal]) -> Self | None:
        """None when literals overlap, as no client lays them out."""
        fixed = []
        position = 0
        for literal in sorted(literals, key=lambda literal: literal.start):
            if literal.start < position:
                return None
            fixed.append((position, literal.start, body[position : literal.start]))
            position = literal.start + literal.size
        fixed.append((position, len(body), body[position:]))
        return cls(fixed, [(each.start, each.start + each.size, each.read) for each in literals])

    def values(self, body: bytes) -> list[Any] | None:
        """The literals of a message of the same length; None when it differs elsewhere too."""
        for start, end, octets in self._fixed:
            if body[start:end] != octets:
                return None
        return [read(body[start:end]) for start, end, read in self._literals]
