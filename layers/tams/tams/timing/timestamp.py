"""A TAMS timestamp: signed nanoseconds, exact, on a timescale that this code does not interpret."""

import re
from dataclasses import dataclass
from typing import Self

from pydantic_core import CoreSchema

from tams.errors import InvalidRequestError, quoted
from tams.timing.field import AnyHandler, text_field_schema

NS_PER_SECOND = 1_000_000_000
NS_MIN, NS_MAX = -(2**79), 2**79 - 1
"""The range of Segment times in nanoseconds: beyond PTP's 48 bits of seconds, either side of 0 (TIM-4)."""

TIMESTAMP_PATTERN = r"^-?(0|[1-9][0-9]*):(0|[1-9][0-9]{0,8})$"
# The specification's pattern, with seconds of at most 30 digits (PTP needs 15).
TIMESTAMP_GROUPS = "(-)?(0|[1-9][0-9]{0,29}):(0|[1-9][0-9]{0,8})"

_match = re.compile(TIMESTAMP_GROUPS).fullmatch


@dataclass(frozen=True, slots=True, order=True)
class Timestamp:
    """A point in time, or an offset between two, as a count of nanoseconds."""

    ns: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `{sign?}{seconds}:{nanoseconds}`; the sign covers both parts.

        Raises InvalidRequestError off the grammar. Source: timestamp.json, TAMS 8.2.
        """
        if (match := _match(text)) is None:
            raise InvalidRequestError(
                f"{quoted(text)} is not a timestamp: expected seconds:nanoseconds, "
                "for example '1:40000000'"
            )
        return cls(signed_ns(*match.groups()))

    def __str__(self) -> str:
        return format_ns(self.ns)

    def __add__(self, other: "Timestamp") -> "Timestamp":
        return Timestamp(self.ns + other.ns)

    def __sub__(self, other: "Timestamp") -> "Timestamp":
        return Timestamp(self.ns - other.ns)

    def __neg__(self) -> "Timestamp":
        return Timestamp(-self.ns)

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: object, _handler: AnyHandler) -> CoreSchema:
        return text_field_schema(cls, cls.parse, TIMESTAMP_PATTERN)


def signed_ns(sign: str | None, seconds: str, nanoseconds: str) -> int:
    """The value of the three groups of `TIMESTAMP_GROUPS`."""
    ns = int(seconds) * NS_PER_SECOND + int(nanoseconds)
    return -ns if sign else ns


def format_ns(ns: int) -> str:
    """The canonical text of a count of nanoseconds: one sign in front of both parts."""
    if ns < 0:
        return f"-{-ns // NS_PER_SECOND}:{-ns % NS_PER_SECOND}"
    return f"{ns // NS_PER_SECOND}:{ns % NS_PER_SECOND}"
