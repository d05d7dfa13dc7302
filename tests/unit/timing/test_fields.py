"""Time values as fields of models, and as values that nothing changes."""

import copy
import pickle

import pytest
from pydantic import TypeAdapter, ValidationError

from tams.errors import InvalidRequestError
from tams.timing import TimeRange, Timestamp
from tams.timing.timerange import TIMERANGE_PATTERN
from tams.timing.timestamp import TIMESTAMP_PATTERN
from tests import spec

TIMERANGES: TypeAdapter[TimeRange] = TypeAdapter(TimeRange)
TIMESTAMPS: TypeAdapter[Timestamp] = TypeAdapter(Timestamp)


def test_a_time_value_is_text_outside_and_exact_inside() -> None:
    assert TIMERANGES.validate_python("[0:0_10:0)") == TimeRange.between(0, 10 * 10**9)
    assert TIMERANGES.validate_python(TimeRange.never()) == TimeRange.never()
    assert TIMERANGES.dump_json(TimeRange.parse("0:0_10:0")) == b'"[0:0_10:0]"'
    assert TIMESTAMPS.validate_json('"-1:500000000"') == Timestamp(-1_500_000_000)
    assert TIMESTAMPS.dump_python(Timestamp(-5), mode="json") == "-0:5"


@pytest.mark.parametrize("value", ["x", 5, None, ["0:0"], True], ids=str)
def test_a_field_takes_no_other_type_and_no_other_text(value: object) -> None:
    for adapter in (TIMERANGES, TIMESTAMPS):
        with pytest.raises(ValidationError):
            adapter.validate_python(value)


@pytest.mark.parametrize("mode", ["validation", "serialization"])
def test_the_json_schema_is_the_specifications(mode: str) -> None:
    for adapter, pattern in ((TIMERANGES, TIMERANGE_PATTERN), (TIMESTAMPS, TIMESTAMP_PATTERN)):
        schema = adapter.json_schema(mode="validation" if mode == "validation" else "serialization")
        assert schema == {"type": "string", "pattern": pattern}


@pytest.mark.skipif(bool(spec.missing()), reason="the BBC's files are not at hand")
def test_the_patterns_are_the_specifications() -> None:
    for name, pattern in (("timerange", TIMERANGE_PATTERN), ("timestamp", TIMESTAMP_PATTERN)):
        official = TypeAdapter(dict[str, object]).validate_json(
            (spec.SCHEMAS / f"{name}.json").read_bytes()
        )
        assert official["pattern"] == pattern


def test_a_time_value_is_frozen_hashable_and_survives_copies() -> None:
    for value in (TimeRange.parse("[1:0_2:0]"), Timestamp(5)):
        assert pickle.loads(pickle.dumps(value)) == value  # noqa: S301 - our own bytes
        assert copy.deepcopy(value) == value
        assert len({value, copy.copy(value)}) == 1
    with pytest.raises(AttributeError):
        TimeRange.never().start_ns = 5  # type: ignore[misc]


def test_absurd_numbers_are_refused_before_they_are_counted() -> None:
    for parse, text in ((Timestamp.parse, "9" * 10_000 + ":0"), (TimeRange.parse, "9" * 10_000)):
        with pytest.raises(InvalidRequestError) as refusal:
            parse(text)
        assert len(str(refusal.value)) < 300


def test_timestamps_add_and_compare_exactly() -> None:
    assert Timestamp(5) + Timestamp(-7) == Timestamp(-2)
    assert Timestamp(5) - Timestamp(7) == -Timestamp(2)
    assert Timestamp(2**80) < Timestamp(2**80 + 1)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("()", "_5:0)"),
        ("_5:0)", "[-5:0_0:0)"),
        ("[1:0_2:0)", "[2:0]"),
        ("[1:0_2:0)", "(1:0_2:0)"),
        ("[1:0]", "[1:0_2:0)"),
        ("[1:0_2:0)", "[1:0_2:0]"),
        ("[1:0_2:0]", "[1:0_"),
    ],
)
def test_timeranges_are_listed_by_start_then_by_end(first: str, second: str) -> None:
    assert TimeRange.parse(first).sort_key() < TimeRange.parse(second).sort_key()


def test_a_range_knows_whether_and_how_long_it_lasts() -> None:
    assert TimeRange.parse("[1:0_3:5)").duration_ns == 2_000_000_005
    assert TimeRange.at(5).duration_ns == TimeRange.never().duration_ns == 0
    assert TimeRange.parse("[1:0_").duration_ns is None
    assert TimeRange.at(5).is_finite
    assert not TimeRange.never().is_finite
    assert not TimeRange.parse("_1:0)").is_finite
    assert TimeRange.eternity().is_eternity
    assert not TimeRange.never().is_eternity
    assert TimeRange.from_half_open(1, 5) == TimeRange.between(1, 5)
