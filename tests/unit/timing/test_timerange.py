"""Time, compared with the BBC's own library and a slow, obvious model."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from mediatimestamp.immutable import TimeRange as BbcRange
from mediatimestamp.immutable import Timestamp as BbcTimestamp

from tams.errors import InvalidRequestError
from tams.timing import TimeRange, Timestamp
from tams.timing.coverage import contiguous_runs, gaps, hull, subtract, union

SECOND = 10**9
bounds = st.one_of(st.none(), st.integers(-20, 20))
ranges = st.builds(
    lambda start, end, first, last: TimeRange.between(
        start, end, includes_start=first, includes_end=last
    ),
    bounds,
    bounds,
    st.booleans(),
    st.booleans(),
)

HALVES = [n / 2 for n in range(-60, 61)]
"""Instants on and between the bounds that `ranges` has: enough to tell any two of them apart."""


def instants(timerange: TimeRange) -> set[float]:
    """The slow obvious model: which of HALVES lie inside."""
    if timerange.is_empty:
        return set()
    return {
        at
        for at in HALVES
        if (
            timerange.start_ns is None
            or at > timerange.start_ns
            or (at == timerange.start_ns and timerange.includes_start)
        )
        and (
            timerange.end_ns is None
            or at < timerange.end_ns
            or (at == timerange.end_ns and timerange.includes_end)
        )
    }


def as_bbc(timerange: TimeRange) -> BbcRange:
    return BbcRange.from_str(str(timerange))


@pytest.mark.parametrize(
    ("text", "ns"),
    [
        ("0:0", 0),
        ("1:40000000", 1_040_000_000),
        ("1:5", 1_000_000_005),
        ("-1:500000000", -1_500_000_000),
        ("-0:800000000", -800_000_000),
        ("-0:0", 0),
        ("281474976710655:999999999", 281474976710655 * SECOND + 999999999),
    ],
)
def test_a_timestamp_is_seconds_and_nanoseconds_under_one_sign(text: str, ns: int) -> None:
    assert Timestamp.parse(text).ns == ns
    assert Timestamp.parse(str(Timestamp(ns))) == Timestamp(ns)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0",
        "1.5",
        "0:05",
        "00:0",
        "01:0",
        "1:1000000000",
        " 1:0",
        "1:0 ",
        "+1:0",
        "1:-5",
        "١:0",
        "1:0\n",
    ],
)
def test_what_is_off_the_grammar_is_no_timestamp(text: str) -> None:
    with pytest.raises(InvalidRequestError):
        Timestamp.parse(text)


@given(st.integers(-(10**24), 10**24))
def test_a_timestamp_is_written_as_the_bbc_writes_it(ns: int) -> None:
    assume(abs(ns) < 281474976710655 * SECOND)
    assert str(Timestamp(ns)) == str(BbcTimestamp.from_nanosec(ns))


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("[0:0_10:0)", "[0:0_10:0)"),
        ("_", "_"),
        ("[_]", "_"),
        ("(_)", "_"),
        ("()", "()"),
        ("[]", "()"),
        ("", "()"),
        ("[5:0_3:0)", "()"),
        ("[5:0_5:0)", "()"),
        ("(5:0_5:0]", "()"),
        ("[5:0_5:0]", "[5:0]"),
        ("[5:0]", "[5:0]"),
        ("5:0", "[5:0]"),
        ("(5:0)", "()"),
        ("[5:0)", "()"),
        ("0:0_10:0", "[0:0_10:0]"),
        ("[5:0_", "[5:0_"),
        ("(5:0_", "(5:0_"),
        ("(5:0_)", "(5:0_"),
        ("_5:0)", "_5:0)"),
        ("[_5:0]", "_5:0]"),
        ("[-1:500000000_-0:5)", "[-1:500000000_-0:5)"),
    ],
)
def test_a_timerange_is_read_leniently_and_written_canonically(text: str, canonical: str) -> None:
    assert str(TimeRange.parse(text)) == canonical


@pytest.mark.parametrize(
    "text", ["x", "[0:0_1:0)x", "[0:0__1:0)", "[0_1)", "[0:0-1:0)", "[0:0_1:0)\n", "__"]
)
def test_what_is_off_the_grammar_is_no_timerange(text: str) -> None:
    with pytest.raises(InvalidRequestError):
        TimeRange.parse(text)


@given(ranges)
def test_text_and_back_is_the_same_timerange(timerange: TimeRange) -> None:
    assert TimeRange.parse(str(timerange)) == timerange
    assert str(as_bbc(timerange).to_sec_nsec_range()) == str(timerange) or timerange.is_empty


@pytest.mark.parametrize(
    ("one", "other", "overlap"),
    [
        ("[0:0_1:0)", "[1:0_2:0)", False),
        ("[0:0_1:0]", "[1:0_2:0)", True),
        ("[0:0_1:0)", "[1:0]", False),
        ("[0:0_1:0]", "(1:0_", False),
        ("()", "_", False),
        ("(1:0_1:1)", "[0:0_2:0)", True),
    ],
)
def test_overlap_honours_the_markers(one: str, other: str, overlap: bool) -> None:
    assert TimeRange.parse(one).overlaps(TimeRange.parse(other)) is overlap
    assert TimeRange.parse(other).overlaps(TimeRange.parse(one)) is overlap


@given(ranges, ranges)
def test_two_timeranges_relate_as_their_instants_do(one: TimeRange, other: TimeRange) -> None:
    assert one.overlaps(other) == bool(instants(one) & instants(other))
    assert one.overlaps(other) == as_bbc(one).overlaps_with_timerange(as_bbc(other))
    assert one.contains(other) == (instants(other) <= instants(one))
    assert instants(one.intersection(other)) == instants(one) & instants(other)
    spanned = one.hull(other)
    assert instants(spanned) >= instants(one) | instants(other)
    assert (one == other) == (instants(one) == instants(other))


@given(ranges, st.integers(-10, 10))
def test_shifting_moves_both_bounds_and_keeps_the_markers(timerange: TimeRange, by: int) -> None:
    assert timerange.shift(by).shift(-by) == timerange
    assert timerange.shift(by).includes_start == timerange.includes_start


@given(ranges)
def test_half_open_integers_hold_the_same_whole_nanoseconds(timerange: TimeRange) -> None:
    start_ns, end_ns = timerange.half_open()
    whole = {at for at in instants(timerange) if at == int(at)}
    inside = {
        at
        for at in range(-30, 31)
        if (start_ns is None or at >= start_ns) and (end_ns is None or at < end_ns)
    }
    assert whole == inside


@given(st.lists(ranges, max_size=6), st.lists(ranges, max_size=4))
def test_sets_of_timeranges_hold_the_instants_of_their_members(
    some: list[TimeRange], taken: list[TimeRange]
) -> None:
    def all_of(timeranges: list[TimeRange] | tuple[TimeRange, ...]) -> set[float]:
        return set().union(*(instants(each) for each in timeranges))

    assert all_of(union(some)) == all_of(some)
    assert all_of(subtract(some, taken)) == all_of(some) - all_of(taken)
    within = TimeRange.between(-15, 15)
    assert all_of(gaps(some, within)) == instants(within) - all_of(some)
    runs = list(contiguous_runs(sorted(some, key=TimeRange.sort_key)))
    assert not any(a.overlaps(b) for n, a in enumerate(runs) for b in runs[n + 1 :])
    assert hull(runs) == hull(some)
