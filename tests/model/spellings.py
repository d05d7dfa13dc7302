"""Timeranges to try, each as text and as the model reads it."""

from dataclasses import dataclass

from hypothesis import strategies as st

from tests.model.tams_model import EVER, SECOND, Range

LATEST = 12


@dataclass(frozen=True)
class Spelling:
    text: str
    range: Range | None
    """None when it is empty."""


def bounded(start: int, end: int, opening: str, closing: str) -> Spelling:
    """Between two seconds; empty when nothing is in it."""
    first = start * SECOND + (1 if opening == "(" else 0)
    last = end * SECOND + (1 if closing == "]" else 0)
    empty = end < start or (start == end and (opening, closing) != ("[", "]"))
    return Spelling(f"{opening}{start}:0_{end}:0{closing}", None if empty else (first, last))


seconds = st.integers(0, LATEST)
queries = st.one_of(
    st.builds(bounded, seconds, seconds, st.sampled_from("[("), st.sampled_from("])")),
    st.just(Spelling("_", EVER)),
    st.just(Spelling("()", None)),
    seconds.map(lambda at: Spelling(f"[{at}:0_", (at * SECOND, EVER[1]))),
    seconds.map(lambda at: Spelling(f"_{at}:0)", (EVER[0], at * SECOND))),
    seconds.map(lambda at: Spelling(f"[{at}:0]", (at * SECOND, at * SECOND + 1))),
)
spans = st.builds(
    lambda start, length, closing: bounded(start, start + length, "[", closing),
    seconds,
    st.integers(1, 4),
    st.sampled_from(")])"),
)
"""Of Segments: finite, and never empty."""
