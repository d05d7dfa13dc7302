"""TAI and UTC."""

from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from mediatimestamp import Timestamp

from tams.services.playback.wall_clock import tai_ahead_seconds, utc_text

SECOND = 1_000_000_000


@given(st.integers(0, 4_000_000_000))
@example(78_796_810)
@example(1_483_228_836)
@example(1_483_228_837)
@example(63_072_009)
def test_utc_is_what_another_library_makes_of_tai(seconds: int) -> None:
    theirs, *_ = Timestamp(seconds, 0).to_unix()

    assert seconds - tai_ahead_seconds(seconds * SECOND) == theirs


@pytest.mark.parametrize(
    ("ns", "text"),
    [
        (0, "1970-01-01T00:00:00.000Z"),
        (-1_500_000_000, "1969-12-31T23:59:58.500Z"),
        (1_483_228_835 * SECOND, "2016-12-31T23:59:59.000Z"),
        (1_483_228_837 * SECOND, "2017-01-01T00:00:00.000Z"),
        (1_700_000_037 * SECOND + 40_000_001, "2023-11-14T22:13:20.040Z"),
        (1_700_000_037 * SECOND + 33_366_666, "2023-11-14T22:13:20.033366Z"),
        (2**79 - 1, None),
        (-(2**79), None),
    ],
)
def test_the_text_of_an_instant(ns: int, text: str | None) -> None:
    assert utc_text(ns) == text


def test_a_date_reads_back_as_the_instant() -> None:
    text = utc_text(1_700_000_037 * SECOND)
    assert text is not None
    assert datetime.fromisoformat(text) == datetime.fromtimestamp(1_700_000_000, UTC)
