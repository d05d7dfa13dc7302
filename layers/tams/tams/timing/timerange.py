"""A TAMS timerange: a stretch of continuous time that remembers which of its bounds it includes."""

import re
from dataclasses import dataclass
from typing import Self

from pydantic_core import CoreSchema

from tams.errors import InvalidRequestError, quoted
from tams.timing.field import AnyHandler, text_field_schema
from tams.timing.timestamp import TIMESTAMP_GROUPS, format_ns, signed_ns

_STAMP = "-?(0|[1-9][0-9]*):(0|[1-9][0-9]{0,8})"
TIMERANGE_PATTERN = rf"^(\[|\()?({_STAMP})?(_({_STAMP})?)?(\]|\))?$"

_match = re.compile(
    rf"([\[(])?(?:{TIMESTAMP_GROUPS})?(?:(_)(?:{TIMESTAMP_GROUPS})?)?([\])])?"
).fullmatch
_set = object.__setattr__


@dataclass(frozen=True, slots=True, init=False)
class TimeRange:
    """A stretch of time between two optional bounds, each included or not.

    Time is continuous: nothing lies between `[1:0_2:0)` and `[2:0_3:0)`, and `(1:0_1:1)` is not
    empty. Every range is normalised, so that equal ranges are equal values: all empty ranges are
    `never()`, and a missing bound is never included.
    """

    start_ns: int | None
    end_ns: int | None
    includes_start: bool
    includes_end: bool

    def __init__(
        self, start_ns: int | None, end_ns: int | None, includes_start: bool, includes_end: bool
    ) -> None:
        if start_ns is None:
            includes_start = False
        if end_ns is None:
            includes_end = False
        elif (
            start_ns is not None
            and end_ns <= start_ns
            and not (end_ns == start_ns and includes_start and includes_end)
        ):
            start_ns = end_ns = 0
            includes_start = includes_end = False
        _set(self, "start_ns", start_ns)
        _set(self, "end_ns", end_ns)
        _set(self, "includes_start", includes_start)
        _set(self, "includes_end", includes_end)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the text of a timerange, canonical or not.

        A bare bound is included, a marker beside a missing bound means nothing, a single timestamp
        with an exclusive marker is empty, and so is empty text: it never means "everything".
        Raises InvalidRequestError off the grammar. Source: timerange.json and app note 0008.
        """
        if (match := _match(text)) is None:
            raise InvalidRequestError(
                f"{quoted(text)} is not a timerange: expected for example '[0:0_10:0)', "
                "'[5:0_', '_' or '()'"
            )
        (
            opening,
            sign,
            seconds,
            nanoseconds,
            separator,
            sign_2,
            seconds_2,
            nanoseconds_2,
            closing,
        ) = match.groups()
        start_ns = None if seconds is None else signed_ns(sign, seconds, nanoseconds)
        if separator:
            end_ns = None if seconds_2 is None else signed_ns(sign_2, seconds_2, nanoseconds_2)
            return cls(start_ns, end_ns, opening != "(", closing != ")")
        if start_ns is None:
            return cls(0, 0, False, False)
        return cls(start_ns, start_ns, opening != "(", closing != ")")

    @classmethod
    def eternity(cls) -> Self:
        """All of time: `_`."""
        return cls(None, None, False, False)

    @classmethod
    def never(cls) -> Self:
        """No time at all: `()`."""
        return cls(0, 0, False, False)

    @classmethod
    def between(
        cls,
        start_ns: int | None,
        end_ns: int | None,
        *,
        includes_start: bool = True,
        includes_end: bool = False,
    ) -> Self:
        """From one bound to another; a bound of None is infinitely far away."""
        return cls(start_ns, end_ns, includes_start, includes_end)

    @classmethod
    def at(cls, ns: int) -> Self:
        """One instant: `[5:0]`."""
        return cls(ns, ns, True, True)

    @classmethod
    def from_half_open(cls, start_ns: int | None, end_ns: int | None) -> Self:
        """The range `[start_end)`, as a store of integers represents it."""
        return cls(start_ns, end_ns, True, False)

    @property
    def is_empty(self) -> bool:
        return (
            self.start_ns is not None and self.start_ns == self.end_ns and not self.includes_start
        )

    @property
    def is_eternity(self) -> bool:
        return self.start_ns is None and self.end_ns is None

    @property
    def is_finite(self) -> bool:
        """Whether it has both bounds and holds at least an instant."""
        return self.start_ns is not None and self.end_ns is not None and not self.is_empty

    @property
    def duration_ns(self) -> int | None:
        """The distance between the bounds; None when a bound is missing."""
        if self.start_ns is None or self.end_ns is None:
            return None
        return self.end_ns - self.start_ns

    def overlaps(self, other: "TimeRange") -> bool:
        """Whether the two share at least one instant."""
        return not (
            self.is_empty or other.is_empty or self._is_before(other) or other._is_before(self)
        )

    def contains(self, other: "TimeRange") -> bool:
        """Whether every instant of `other` is in this range; the empty range is in every one."""
        if other.is_empty:
            return True
        return not self.is_empty and self.intersection(other) == other

    def intersection(self, other: "TimeRange") -> "TimeRange":
        """The time that is in both."""
        later = self if self._starts_after(other) else other
        earlier = self if other._ends_after(self) else other
        return TimeRange(later.start_ns, earlier.end_ns, later.includes_start, earlier.includes_end)

    def hull(self, other: "TimeRange") -> "TimeRange":
        """The smallest range that spans both, with the first start marker and the last end marker."""
        if self.is_empty:
            return other
        if other.is_empty:
            return self
        earlier = other if self._starts_after(other) else self
        later = other if other._ends_after(self) else self
        return TimeRange(earlier.start_ns, later.end_ns, earlier.includes_start, later.includes_end)

    def shift(self, offset_ns: int) -> "TimeRange":
        """The same stretch, `offset_ns` later, with the same markers."""
        if self.is_empty:
            return self
        return TimeRange(
            None if self.start_ns is None else self.start_ns + offset_ns,
            None if self.end_ns is None else self.end_ns + offset_ns,
            self.includes_start,
            self.includes_end,
        )

    def half_open(self) -> tuple[int | None, int | None]:
        """Integers [start, end) of the whole nanoseconds inside; equal ones if there are none."""
        start_ns, end_ns = self.start_ns, self.end_ns
        if self.is_empty:
            return start_ns, end_ns
        if start_ns is not None and not self.includes_start:
            start_ns += 1
        if end_ns is not None and self.includes_end:
            end_ns += 1
        return start_ns, end_ns

    def sort_key(self) -> tuple[int, ...]:
        """Order by start, then by end; an included start comes before an excluded one.

        The empty range comes first, then what has no start. Source: GET /flows/{flowId}/segments.
        """
        if self.is_empty:
            return (-1,)
        start_ns, end_ns = self.start_ns, self.end_ns
        start = (0, 0, 0) if start_ns is None else (1, start_ns, not self.includes_start)
        end = (1, 0, 0) if end_ns is None else (0, end_ns, self.includes_end)
        return start + end

    def __str__(self) -> str:
        """The canonical text: `_`, `()`, `[t]`, otherwise a marker beside each existing bound."""
        start_ns, end_ns = self.start_ns, self.end_ns
        if start_ns is not None and start_ns == end_ns:
            return f"[{format_ns(start_ns)}]" if self.includes_start else "()"
        start = "" if start_ns is None else f"{'(['[self.includes_start]}{format_ns(start_ns)}"
        end = "" if end_ns is None else f"{format_ns(end_ns)}{')]'[self.includes_end]}"
        return f"{start}_{end}"

    def _is_before(self, other: "TimeRange") -> bool:
        """Whether this range ends before `other` starts."""
        if self.end_ns is None or other.start_ns is None:
            return False
        if self.end_ns == other.start_ns:
            return not (self.includes_end and other.includes_start)
        return self.end_ns < other.start_ns

    def _starts_after(self, other: "TimeRange") -> bool:
        if self.start_ns is None:
            return False
        if other.start_ns is None:
            return True
        if self.start_ns == other.start_ns:
            return other.includes_start and not self.includes_start
        return self.start_ns > other.start_ns

    def _ends_after(self, other: "TimeRange") -> bool:
        if other.end_ns is None:
            return False
        if self.end_ns is None:
            return True
        if self.end_ns == other.end_ns:
            return self.includes_end and not other.includes_end
        return self.end_ns > other.end_ns

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: object, _handler: AnyHandler) -> CoreSchema:
        return text_field_schema(cls, cls.parse, TIMERANGE_PATTERN)
