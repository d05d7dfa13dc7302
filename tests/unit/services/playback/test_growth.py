"""DASH documents that grow: their time stays what it was, whatever has come since."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tams.models.stored import StoredFlow
from tams.services.playback.dash import media_presentation
from tams.services.playback.growth import Growth
from tams.services.playback.presentation import Presentation, Track
from tams.services.playback.reading import Asked
from tams.timing import TimeRange
from tests.unit.services.playback.lists import a_flow, address_of, part, read_mpd
from tests.unit.services.world import World

NOW = datetime(2030, 1, 1, tzinfo=UTC)
PICTURE = Track(a_flow(container="video/mp4"))


def stored(world: World, first: int, **fields: Any) -> StoredFlow:
    flow_id = world.flow(**{"status": "ingesting", **fields})
    world.segments(flow_id, 3, first)
    return world.stored(flow_id)


def document(growth: Growth | None, *given: Any) -> str:
    shown = Presentation(pictures=[PICTURE])
    return media_presentation(shown, {PICTURE.flow.id: given}, address_of, growth)[0]


def test_a_document_begins_where_the_flow_does_and_its_last_period_is_open(world: World) -> None:
    growth = Growth.of([stored(world, 10)], Asked(), NOW)
    assert growth is not None

    text = document(growth, part("a", 10, 12), part("b", 13, 14, offset_ns=1))
    first, last = read_mpd(text)

    assert (first.get("start"), last.get("start")) == ("PT0.0S", "PT3.0S")
    assert first.get("duration") is not None
    assert last.get("duration") is None
    assert 'type="dynamic"' in text
    assert "mediaPresentationDuration" not in text
    assert 'minimumUpdatePeriod="PT1S"' in text


def test_a_document_that_slides_keeps_its_time(world: World) -> None:
    growth = Growth.of([stored(world, 10)], Asked(live_seconds=2), NOW)
    assert growth is not None

    before, after = (
        read_mpd(document(growth, *(part(f"o{at}", at, at + 1) for at in range(first, first + 2))))
        for first in (11, 12)
    )

    assert [each.get("id") for each in before] == [each.get("id") for each in after]
    assert before[0].get("start") == after[0].get("start") == "PT0.0S"


def test_a_timeline_that_follows_the_clock_begins_by_the_clock_and_others_when_made(
    world: World,
) -> None:
    made = NOW - timedelta(hours=1)
    tai = int((NOW - timedelta(minutes=5)).timestamp()) + 37
    followed, other = (stored(world, first) for first in (tai, 0))

    begins = []
    for each in (followed, other):
        flow = each.flow.model_copy(update={"created": made})
        growth = Growth.of([replace(each, flow=flow)], Asked(), NOW)
        assert growth is not None
        begins.append(growth.begins)

    assert begins == ["2029-12-31T23:55:00Z", "2029-12-31T23:00:00Z"]


@pytest.mark.parametrize("timerange", ["_", "[0:0_2:0)"])
def test_what_is_complete_does_not_grow(world: World, timerange: str) -> None:
    status = "closed_complete" if timerange == "_" else "ingesting"
    flow = stored(world, 0, status=status)

    assert Growth.of([flow], Asked(TimeRange.parse(timerange)), NOW) is None
    assert 'type="static"' in document(None, part("a", 0, 1))
