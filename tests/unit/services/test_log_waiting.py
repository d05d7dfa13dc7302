"""What a follower of the event log costs while nothing happens, by a clock of the test's own."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from tams.services.events.log import EventLog, EventQuery
from tams.services.events.pauses import PAUSE_LONGEST, Stopwatch, pauses
from tams.services.flows.properties import FlowPropertyService
from tams.services.webhooks.relay import EventRelay
from tests.unit.services.world import World
from tests.waiting import until
from vastlocal.control import Control


@dataclass
class Waits:
    """Time that passes only when somebody waits."""

    slept: list[float] = field(default_factory=list)
    meanwhile: Callable[[], None] = lambda: None

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.meanwhile()

    @property
    def watch(self) -> Stopwatch:
        return Stopwatch(lambda: sum(self.slept), self.sleep)


def followed(world: World, waits: Waits, seconds: float, **query: object) -> list[str]:
    """The types of the events that a follower gets who has seen what there is."""
    log = replace(EventLog.of(world.platform, world.caller), watch=waits.watch)
    seen = log.page(EventQuery(limit=100)).next_key
    page = log.page(EventQuery(limit=100, after=seen, **query), seconds)  # type: ignore[arg-type]
    return [str(item["event_type"]) for _, item in page.items]


def label(world: World, flow_id: str, text: str) -> None:
    FlowPropertyService.of(world.platform, world.caller).set(flow_id, "label", text)
    EventRelay.of(world.platform).relay()


def requests_counted(world: World) -> Control:
    """Counts from now on, without the commits of reads that nobody waited for."""
    control = Control(world.platform.settings.vast.endpoint, "K", "S")

    def has_ended() -> bool:
        counted = control.counters().requests
        return counted.get("begin") == counted.get("commit", 0) + counted.get("rollback", 0)

    until(has_ended)
    control.reset()
    return control


def test_pauses_grow_and_end_with_the_wait() -> None:
    assert list(pauses(20)) == [0.25, 0.5, 1.0, *[2.0] * 9, 0.25]
    assert list(pauses(0)) == []
    assert list(pauses(0.1)) == [0.1]


def test_a_wait_for_nothing_costs_one_small_read_in_two_seconds(fresh_world: World) -> None:
    fresh_world.flow()
    EventRelay.of(fresh_world.platform).relay()
    waits, control = Waits(), requests_counted(fresh_world)

    assert followed(fresh_world, waits, 20) == []

    assert sum(waits.slept) == 20
    counted = control.counters()
    looks = len(waits.slept) + 1
    assert counted.requests["begin"] - 1 == looks == 14, "one for the page before it"
    assert counted.requests["query_rows"] <= looks + 5, "one select for each look"
    assert counted.total_requests <= 3 * looks + 10
    assert sum(counted.rows_read.values()) <= looks + 10, "the relay's row, and the page before it"


def test_events_for_others_cost_a_follower_one_more_select(fresh_world: World) -> None:
    mine, other = fresh_world.flow(), fresh_world.flow()
    EventRelay.of(fresh_world.platform).relay()
    waits = Waits()
    waits.meanwhile = lambda: label(fresh_world, other, str(len(waits.slept)))

    assert followed(fresh_world, waits, 10, flow_ids=(mine,)) == []
    assert max(waits.slept) == PAUSE_LONGEST
    assert sum(waits.slept) == 10


@pytest.mark.parametrize("after", [1, 3, 8])
def test_an_event_ends_the_wait(fresh_world: World, after: int) -> None:
    flow_id = fresh_world.flow()
    EventRelay.of(fresh_world.platform).relay()
    waits = Waits()

    def meanwhile() -> None:
        if len(waits.slept) == after:
            label(fresh_world, flow_id, "now")

    waits.meanwhile = meanwhile

    assert followed(fresh_world, waits, 20, flow_ids=(flow_id,)) == ["flows/updated"]
    assert len(waits.slept) == after
