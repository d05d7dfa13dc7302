"""Do Segments in the recycle bin cost anything beside them? And how fast do they go there, and come back?

A benchmark, not a test of time: what it asserts are counts.
"""

import time
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from tams.models.caller import EVERYONE
from tams.models.flow_segment import parse_segments_post
from tams.models.flow_storage import FlowStoragePost
from tams.models.recycle_bin import BinEntry, BinKind
from tams.ports import Repositories
from tams.repositories.provision import provision
from tams.runtime.vast import vast_connection
from tams.services.deletion.deletion import DeletionService
from tams.services.deletion.requests import DeletionRequestService
from tams.services.recycle_bin.measure import MeasureService
from tams.services.recycle_bin.purge import ENTRIES_MAX, destroy
from tams.services.recycle_bin.recycle_bin import RecycleBinService
from tams.services.recycle_bin.restore import RestoreService
from tams.services.segments.window import PageRequest
from tams.services.storage.media_storage import MediaStorageService
from tams.settings import Settings
from tams.settings.behaviour import RecycleBinSettings
from tams.timing import TimeRange
from tams.timing.microseconds import to_us
from tests.benchmark.form import sized
from tests.benchmark.long_flow import a_long_flow, fill_the_bin
from tests.benchmark.record import Record
from tests.benchmark.timing_of import interleaved
from tests.integration.local_vast import STORAGE_ID, a_local_vast, settings_for
from tests.services import Services, services_of
from tests.waiting import until
from vastlocal.control import Control

SECOND = 10**9
BINNED = sized(test=4_000, quick=20_000, long=1_000_000)
DELETED = 2_000
"""Of these, so many are deleted as a client would. The rest is written to the same entry of the bin."""
MOVED = sized(test=500, quick=2_000, long=20_000)
WINDOWS = 40
"""Segments on each Flow that stay, of two seconds."""
ENTRIES = sized(test=20, quick=200, long=1_000)
TIMES = sized(test=5, quick=50, long=200)
READING = "Beside Segments in the recycle bin"
SMALL = "A purge of small entries"
MOVING = "Into the recycle bin and out of it"

pytestmark = pytest.mark.timeout(3_600)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    with a_local_vast(tmp_path_factory.mktemp("bench")) as url:
        made = settings_for(url)
        provision(vast_connection(made))
        kept = RecycleBinSettings(kept_seconds=7 * 86_400)
        yield made.model_copy(update={"recycle_bin": kept})


def delete_segments(services: Services, flow_id: str, timerange: TimeRange) -> None:
    request = DeletionService.of(services.platform, EVERYONE).delete_segments(flow_id, timerange)
    if request is not None:
        DeletionRequestService.of(services.platform, EVERYONE).work_off(request.id)


def test_segments_in_the_bin_cost_the_others_nothing(settings: Settings, record: Record) -> None:
    services = services_of(settings)
    platform, control = services.platform, Control(settings.vast.endpoint, "K", "S")
    without = a_long_flow(services, WINDOWS, STORAGE_ID)
    with_binned = a_long_flow(services, WINDOWS + DELETED, STORAGE_ID)
    kept_s, deleted_s = WINDOWS * 2, DELETED * 2
    everything_else = TimeRange.between(kept_s * SECOND, (kept_s + deleted_s) * SECOND)
    delete_segments(services, with_binned, everything_else)
    rest = range(kept_s + deleted_s, kept_s + BINNED * 2)
    fill_the_bin(services, binned_of(services, with_binned), rest, STORAGE_ID)
    assert binned_of(services, with_binned).of.timeline.segment_count == BINNED
    window = TimeRange.between(10 * SECOND, 70 * SECOND)
    posted = dict.fromkeys((without, with_binned), kept_s)
    storage = MediaStorageService.of(platform, EVERYONE)
    objects = {
        flow_id: [
            each.object_id
            for each in storage.allocate(
                flow_id, FlowStoragePost.from_body({"limit": 2 * TIMES + 10})
            ).media_objects
            or ()
        ]
        for flow_id in posted
    }

    def read(flow_id: str) -> None:
        page = services.flow_segments.list_(flow_id, PageRequest(window, 100))
        assert len(page.segments) == 30

    def get(flow_id: str) -> None:
        services.flows.get(flow_id, include_timerange=True)

    def post(flow_id: str) -> None:
        """The next Segment, where others are in the bin."""
        start = posted[flow_id]
        posted[flow_id] += 2
        body = {
            "object_id": objects[flow_id].pop(),
            "timerange": f"[{start}:0_{start + 2}:0)",
        }
        entries = parse_segments_post(body).entries
        assert services.flow_segments.register(flow_id, entries, single=True) == []

    operations: dict[str, Callable[[str], None]] = {
        "read a window of 30 Segments": read,
        "GET a Flow": get,
        "POST a Segment": post,
    }
    for name, operation in operations.items():
        works: dict[str, Callable[[], object]] = {
            each: partial(operation, each) for each in (without, with_binned)
        }
        timings = interleaved(works, times=TIMES)
        plain, beside = (counted(control, works[each]) for each in (without, with_binned))
        record.line(
            READING,
            {
                "operation": name,
                "Segments in the bin": f"{BINNED:,}",
                "round trips": f"{beside[0]} (without: {plain[0]})",
                "rows read": f"{beside[1]} (without: {plain[1]})",
                "without": str(timings[without]),
                "beside them": str(timings[with_binned]),
                "ratio of p50": f"{timings[with_binned].p50_ms / timings[without].p50_ms:.2f}",
            },
        )
        assert beside == plain, name
        looked_at = [rows_looked_at(control, works[each]) for each in (without, with_binned)]
        assert looked_at[1] == looked_at[0], name


def binned_of(services: Services, flow_id: str) -> BinEntry:
    now_us = to_us(services.platform.clock())
    (entry,) = services.store.read(lambda it: it.recycle_bin.of(flow_id, BinKind.SEGMENTS, now_us))
    return entry


def counted(control: Control, work: Callable[[], object]) -> tuple[int, int]:
    """Round trips and rows read, of one run that ends with a commit of its own."""
    settled(control)
    control.reset()
    work()
    settled(control)
    found = control.counters()
    return found.total_requests, sum(found.rows_read.values())


def rows_looked_at(control: Control, work: Callable[[], object]) -> dict[tuple[str, ...], int]:
    """By table, the way to its rows, and what is compared there."""
    settled(control)
    control.reset()
    control.watch_selects()
    work()
    return {(each.table, each.way, *each.compared): each.rows for each in control.selects()}


def settled(control: Control) -> None:
    """Nobody waits for the commit of a read, so wait until no more requests arrive."""
    seen = [-1]

    def quiet() -> bool:
        before, seen[0] = seen[0], control.counters().total_requests
        return before == seen[0]

    time.sleep(0.05)
    until(quiet)


def test_a_stretch_goes_to_the_bin_and_comes_back(settings: Settings, record: Record) -> None:
    deletion = settings.deletion.model_copy(update={"at_once_segments": MOVED})
    services = services_of(settings.model_copy(update={"deletion": deletion}))
    platform = services.platform
    MeasureService.of(platform).sweep()  # what other tests have left there
    flow_id = a_long_flow(services, MOVED, STORAGE_ID, uses_each=100)

    def segment_count() -> int:
        stored = services.store.read(lambda it: it.flows.get(flow_id))
        return stored.timeline.segment_count

    def purge() -> None:
        entries = services.store.read(
            lambda it: it.recycle_bin.of(flow_id, BinKind.SEGMENTS, to_us(platform.clock()))
        )
        for entry in entries:
            RecycleBinService.of(platform, EVERYONE).purge(entry.id)

    def restore() -> None:
        RestoreService.of(platform, EVERYONE).segments(flow_id, TimeRange.eternity())

    steps: dict[str, tuple[Callable[[], object], int]] = {
        "to the bin": (partial(delete_segments, services, flow_id, TimeRange.eternity()), 0),
        "restored": (restore, MOVED),
        "to the bin again": (partial(delete_segments, services, flow_id, TimeRange.eternity()), 0),
        "measured": (MeasureService.of(platform).sweep, 0),
        "purged": (purge, 0),
    }
    for name, (step, left) in steps.items():
        started = time.monotonic()
        step()
        seconds = time.monotonic() - started
        assert segment_count() == left
        record.line(
            MOVING,
            {
                "step": name,
                "Segments": f"{MOVED:,}",
                "seconds": f"{seconds:.1f}",
                "Segments a second": f"{MOVED / seconds:,.0f}",
            },
        )


def test_small_entries_are_purged_together(settings: Settings, record: Record) -> None:
    """Each of two Segments, that many clients deleted one after the other."""
    services = services_of(settings)
    platform, control = services.platform, Control(settings.vast.endpoint, "K", "S")
    flow_id = a_long_flow(services, 2 * ENTRIES, STORAGE_ID, uses_each=1)
    for at in range(ENTRIES):
        stretch = TimeRange.between(4 * at * SECOND, 4 * (at + 1) * SECOND)
        delete_segments(services, flow_id, stretch)
    now = platform.clock()

    def purge_some(repositories: Repositories) -> int:
        found = repositories.recycle_bin.of(flow_id, BinKind.SEGMENTS, to_us(now))
        some = found[:ENTRIES_MAX]
        destroy(repositories, some, now, 2 * ENTRIES_MAX)
        return len(some)

    settled(control)
    control.reset()
    started, purged, steps = time.monotonic(), 0, 0
    while some := services.store.write(purge_some):
        purged, steps = purged + some, steps + 1
    seconds = time.monotonic() - started
    settled(control)
    requests = control.counters().total_requests
    assert purged == ENTRIES
    assert requests <= 12 * (steps + 1)
    record.line(
        SMALL,
        {
            "entries": f"{ENTRIES:,}",
            "transactions": steps,
            "round trips": requests,
            "round trips an entry": f"{requests / ENTRIES:.2f}",
            "entries a second": f"{ENTRIES / seconds:,.0f}",
        },
    )
