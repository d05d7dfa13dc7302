"""Retention: what is past its time goes by itself, as if a client deleted it, and nothing goes early."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from tams.errors import InvalidRequestError, NotFoundError
from tams.models.caller import EVERYONE
from tams.models.queries import Query
from tams.models.retention import KEPT_US, Retention
from tams.services.flows.properties import FlowPropertyService
from tams.services.flows.source_properties import SourcePropertyService
from tams.services.retention.report import RetentionReportService
from tams.services.retention.sweep import RetentionService
from tams.settings.behaviour import RetentionSettings
from tams.timing.microseconds import to_us
from tests.in_process import Platform
from tests.unit.services.binned import DAY, BinWorld

HOUR = 3_600


@pytest.fixture
def world(platform: Platform) -> BinWorld:
    world = BinWorld(platform)
    world.keep_for(7 * DAY)
    turn(world, on=True)
    return world


def turn(world: BinWorld, *, on: bool) -> None:
    settings = world.platform.settings
    retention = RetentionSettings(enabled=on)
    world.platform.settings = settings.model_copy(update={"retention": retention})


def sweep(world: BinWorld) -> int | None:
    """The time that all hosts believe moves in steps, so this sweeps until it has arrived."""
    gone = 0
    while True:
        found = RetentionService.of(world.platform).sweep()
        if found is None:
            return None
        gone += found
        if world.write(lambda it: it.service.believed_us(now_us(world), 0)) >= now_us(world):
            return gone


def now_us(world: BinWorld) -> int:
    return to_us(world.platform.clock())


def tag(world: BinWorld, flow_id: str, value: str) -> None:
    FlowPropertyService.of(world.platform, EVERYONE).set_tag(flow_id, "retention", value)


def tag_source(world: BinWorld, flow_id: str, value: str) -> None:
    source_id = world.stored(flow_id).flow.source_id
    SourcePropertyService.of(world.platform, EVERYONE).set_tag(source_id, "retention", value)


def exists(world: BinWorld, flow_id: str) -> bool:
    return world.read(lambda it: it.flows.find(flow_id)) is not None


def look_us(world: BinWorld, flow_id: str) -> int | None:
    looks, _ = world.read(lambda it: it.flows.looks(Query(limit=1_000)))
    return looks.get(flow_id)


def reported(world: BinWorld, flow_id: str) -> dict[str, Any] | None:
    page = RetentionReportService.of(world.platform, EVERYONE).list_(Query(limit=1_000))
    found = [each.to_json() for each in page.items if each.flow_id == flow_id]
    return found[0] if found else None


def test_a_growing_flow_loses_what_is_too_old_and_stays(world: BinWorld) -> None:
    flow_id = world.flow(tags={"retention": "P2D"})
    for day in range(4):
        world.segments(flow_id, 2, first=2 * day)
        world.platform.time.pass_(seconds=DAY)
        sweep(world)

    assert world.listed(flow_id) == ["[6:0_7:0)", "[7:0_8:0)"]
    (latest, *_), count = world.bin_of(flow_id), len(world.bin_of(flow_id))
    assert (count, latest.deleted_by, latest.segment_count) == (3, "retention", 2)
    world.platform.time.pass_(days=30)
    sweep(world)
    assert world.listed(flow_id) == []
    assert exists(world, flow_id)
    world.segments(flow_id, 1, first=100)
    sweep(world)
    assert world.listed(flow_id) == ["[100:0_101:0)"]


def test_nothing_goes_before_its_time(world: BinWorld) -> None:
    flow_id = world.flow(tags={"retention": "PT12H"})
    world.segments(flow_id, 1)
    world.platform.time.pass_(seconds=12 * HOUR - 1)
    sweep(world)
    assert len(world.listed(flow_id)) == 1
    world.platform.time.pass_(seconds=HOUR)
    sweep(world)
    assert world.listed(flow_id) == []


def test_a_closed_flow_goes_as_a_whole_with_its_newest_segment(world: BinWorld) -> None:
    flow_id = world.flow(tags={"retention": "P2D"}, status="closed_complete")
    world.segments(flow_id, 1)
    world.platform.time.pass_(seconds=DAY)
    world.segments(flow_id, 1, first=1)
    world.platform.time.pass_(seconds=1.5 * DAY)
    sweep(world)
    assert len(world.listed(flow_id)) == 2

    world.platform.time.pass_(seconds=DAY)
    sweep(world)

    assert not exists(world, flow_id)
    (entry,) = [each for each in world.bin_of(flow_id) if each.kind == "flow"]
    assert (entry.segment_count, entry.deleted_by) == (2, "retention")
    assert world.event_types(flow_id)[-1] == "flows/deleted"


def test_a_date_ends_a_flow(world: BinWorld) -> None:
    on = (world.platform.clock() + timedelta(days=3)).date().isoformat()
    flow_id = world.flow(tags={"retention": on})
    world.segments(flow_id, 3)
    world.platform.time.pass_(seconds=2 * DAY)
    sweep(world)
    assert exists(world, flow_id)
    world.platform.time.pass_(seconds=DAY)
    sweep(world)
    assert not exists(world, flow_id)


def test_without_a_bin_the_bytes_go_too(world: BinWorld) -> None:
    world.keep_for(0)
    closed = world.flow(tags={"retention": "P1D"}, status="closed_complete")
    growing = world.flow(tags={"retention": "P1D"})
    objects = {*world.segments(closed, 2), *world.segments(growing, 2)}
    world.platform.time.pass_(seconds=2 * DAY)

    sweep(world)

    assert not exists(world, closed)
    assert world.listed(growing) == []
    assert objects <= set(world.platform.noted.object_cleanup.bodies)


def test_what_other_flows_use_lives_on(world: BinWorld) -> None:
    world.keep_for(0)
    flow_id, other = world.flow(tags={"retention": "P1D"}), world.flow()
    (object_id,) = world.segments(flow_id, 1)
    assert world.register(other, {"object_id": object_id, "timerange": "[0:0_1:0)"}) == []
    world.platform.time.pass_(seconds=2 * DAY)

    sweep(world)

    assert world.listed(flow_id) == []
    assert world.listed(other) == ["[0:0_1:0)"]
    kept = world.object(object_id)
    assert kept is not None
    assert kept.reference_count == 1


def test_a_read_only_flow_is_kept_until_it_is_not(world: BinWorld) -> None:
    flow_id = world.flow(tags={"retention": "P1D"})
    world.segments(flow_id, 1)
    properties = FlowPropertyService.of(world.platform, EVERYONE)
    properties.set_read_only(flow_id, True)
    world.platform.time.pass_(seconds=2 * DAY)
    sweep(world)
    assert len(world.listed(flow_id)) == 1
    assert look_us(world, flow_id) == KEPT_US
    found = reported(world, flow_id)
    assert found is not None
    assert found["kept_because"] == "read_only"

    properties.set_read_only(flow_id, False)
    sweep(world)
    assert world.listed(flow_id) == []


def test_a_flow_stays_while_one_without_a_policy_collects_it(world: BinWorld) -> None:
    flow_id, parent = world.flow(tags={"retention": "P1D"}), world.flow()
    world.segments(flow_id, 1)
    world.collect(parent, flow_id)
    world.platform.time.pass_(seconds=2 * DAY)
    sweep(world)
    assert len(world.listed(flow_id)) == 1
    found = reported(world, flow_id)
    assert found is not None
    assert found["kept_because"] == "collected"

    tag(world, parent, "P7D")
    world.platform.time.pass_(seconds=2 * HOUR)
    sweep(world)
    assert world.listed(flow_id) == []


def test_a_sources_tag_is_for_flows_that_have_none(world: BinWorld) -> None:
    first = world.flow()
    source_id = world.stored(first).flow.source_id
    own = world.flow(source_id=source_id, tags={"retention": "P9D"})
    tag_source(world, first, "P1D")
    later = world.flow(source_id=source_id)
    for each in (first, own, later):
        world.segments(each, 1)
    world.platform.time.pass_(seconds=2 * DAY)

    sweep(world)

    assert [len(world.listed(each)) for each in (first, own, later)] == [0, 1, 0]
    found = reported(world, later)
    assert found is not None
    assert (found["retention"], found["from_source"]) == ("P1D", True)
    SourcePropertyService.of(world.platform, EVERYONE).remove_tag(source_id, "retention")
    world.segments(later, 1)
    world.platform.time.pass_(seconds=5 * DAY)
    sweep(world)
    assert len(world.listed(later)) == 1
    assert reported(world, later) is None


def test_what_is_restored_is_left_alone_for_a_day(world: BinWorld) -> None:
    flow_id = world.flow(tags={"retention": "P1D"}, status="closed_complete")
    world.segments(flow_id, 1)
    world.platform.time.pass_(seconds=2 * DAY)
    sweep(world)
    world.restore.flow(flow_id)
    sweep(world)
    assert len(world.listed(flow_id)) == 1

    world.platform.time.pass_(seconds=2 * DAY)
    sweep(world)
    assert not exists(world, flow_id)


def test_more_than_a_step_goes_in_steps(world: BinWorld) -> None:
    world.at_once = 10
    world.keep_for(7 * DAY)
    turn(world, on=True)
    flow_id = world.flow(tags={"retention": "P1D"})
    world.segments(flow_id, 35)
    world.platform.time.pass_(seconds=2 * DAY)

    assert sweep(world) == 35
    assert sorted(each.segment_count or 0 for each in world.bin_of(flow_id)) == [5, 10, 10, 10]
    assert sweep(world) == 0


@pytest.mark.parametrize(
    "value", ["30 days", "P", "PT", "P1M", "P0D", "2027-02-30", "P1D ", ["P1D"]]
)
def test_a_tag_that_is_no_policy_is_refused_where_there_are_policies(
    world: BinWorld, value: str | list[str]
) -> None:
    flow_id = world.flow()
    flows = FlowPropertyService.of(world.platform, EVERYONE)
    sources = SourcePropertyService.of(world.platform, EVERYONE)
    source_id = world.stored(flow_id).flow.source_id
    for use in (
        lambda: world.flow(tags={"retention": value}),
        lambda: flows.set_tag(flow_id, "retention", value),
        lambda: flows.set_tags(flow_id, {"retention": value}),
        lambda: sources.set_tag(source_id, "retention", value),
    ):
        with pytest.raises(InvalidRequestError, match="tags: retention must be a duration"):
            use()

    turn(world, on=False)
    old = world.flow(tags={"retention": value})
    turn(world, on=True)
    FlowPropertyService.of(world.platform, EVERYONE).set(old, "label", "still writable")
    sweep(world)
    assert reported(world, old) is None


def test_nothing_happens_while_it_is_turned_off(world: BinWorld) -> None:
    turn(world, on=False)
    flow_id = world.flow(tags={"retention": "P1D"})
    world.segments(flow_id, 1)
    world.platform.time.pass_(seconds=9 * DAY)
    assert sweep(world) is None
    assert len(world.listed(flow_id)) == 1


def test_a_flow_without_a_policy_is_not_written(world: BinWorld) -> None:
    sweep(world)
    flow_id = world.flow()
    before = world.stored(flow_id).revision
    sweep(world)
    assert world.stored(flow_id).revision == before
    assert look_us(world, flow_id) is None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("P30D", 30 * DAY), ("PT12H", 12 * HOUR), ("P1W", 7 * DAY), ("P1DT1H1M1S", DAY + HOUR + 61)],
)
def test_durations(text: str, seconds: int) -> None:
    found = Retention.parse(text)
    assert found is not None
    assert found.age_us == seconds * 10**6


def test_a_flow_that_is_gone_is_no_matter(world: BinWorld) -> None:
    with pytest.raises(NotFoundError):
        tag(world, str(uuid4()), "P1D")
    flow_id = world.flow(tags={"retention": "P1D"})
    world.delete_flow(flow_id)
    assert sweep(world) == 0
