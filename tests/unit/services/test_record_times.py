"""A change is stamped later than everything it follows, whatever the clock says."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tams.models.stored import StoredFlow
from tams.services.clock.record_times import APART, moment_after, moment_of_change
from tams.timing.microseconds import from_us, to_us
from tests.builders import a_video_flow

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_a_right_clock_is_believed() -> None:
    assert moment_after(NOW) == NOW
    assert moment_after(NOW, NOW - HOUR, None) == NOW


def test_a_clock_that_was_set_back_follows_the_latest_stamp() -> None:
    assert moment_after(NOW, NOW + HOUR, NOW - HOUR) == NOW + HOUR + APART


def test_a_change_of_a_flow_follows_each_of_its_dates() -> None:
    flow = a_video_flow().model_copy(update={"created": NOW, "metadata_updated": NOW})
    stored = StoredFlow(flow)
    assert moment_of_change(NOW - HOUR, stored) == NOW + APART

    updated = flow.model_copy(update={"segments_updated": NOW + HOUR})
    assert moment_of_change(NOW, StoredFlow(updated)) == NOW + HOUR + APART

    told = replace(stored, told_us=to_us(NOW + 2 * HOUR))
    assert moment_of_change(NOW, told) == NOW + 2 * HOUR + APART


def test_microseconds_are_exact_both_ways() -> None:
    moment = datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)

    assert from_us(to_us(moment)) == moment
    assert to_us(from_us(-1)) == -1
