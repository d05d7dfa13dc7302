"""Does the time to draw a timeline depend on the Flow's length? `make bench` records the answer."""

import time
from collections.abc import Callable
from functools import partial
from itertools import count as counted
from pathlib import Path

from tams.models.caller import EVERYONE
from tams.models.coverage import CoverageQuery, FlowCoverage
from tams.repositories.provision import provision
from tams.runtime.vast import vast_connection
from tams.services.coverage.coverage import CoverageService
from tams.services.coverage.upkeep import CoverageUpkeep
from tams.timing import TimeRange
from tests.benchmark.form import LONG, sized
from tests.benchmark.long_flow import a_long_flow
from tests.benchmark.record import Record
from tests.benchmark.timing_of import interleaved
from tests.integration.local_vast import STORAGE_ID, a_local_vast, settings_for
from tests.services import services_of
from tests.waiting import until
from vastlocal.control import Control

TABLE = "The coverage of a whole Flow"
LENGTHS = (1_000, 100_000, 1_000_000) if LONG else (1_000, 5_000)
ANSWER_BYTES_MAX = 50_000


def test_a_timeline_costs_the_same_on_a_flow_of_any_length(tmp_path: Path, record: Record) -> None:
    with a_local_vast(tmp_path) as vast_url:
        settings = settings_for(vast_url)
        provision(vast_connection(settings))
        services = services_of(settings)
        upkeep = CoverageUpkeep.of(services.platform)
        coverage = CoverageService.of(services.platform, EVERYONE)
        every = CoverageQuery(TimeRange.eternity())
        flows: dict[int, str] = {}
        summed_up: dict[int, float] = {}
        for length in LENGTHS:
            flows[length] = a_long_flow(services, length, STORAGE_ID)
            started = time.perf_counter()
            steps = next(n for n in counted(1) if not upkeep.step(flows[length]))
            summed_up[length] = (time.perf_counter() - started) / steps

        def read(length: int) -> FlowCoverage:
            told = coverage.of_flow(flows[length], every).value
            assert told is not None
            return told

        works: dict[str, Callable[[], object]] = {
            f"{each}": partial(read, each) for each in LENGTHS
        }
        timings = interleaved(works, times=sized(test=5, quick=50, long=200))
        control = Control(vast_url, "K", "S")
        for length in LENGTHS:
            control.reset()
            told = read(length)
            until(lambda: control.counters().total_requests >= 4)  # nobody waits for the commit
            answer_bytes = len(told.to_json_bytes())
            record.line(
                TABLE,
                {
                    "Segments": f"{length:,}",
                    "round trips": control.counters().total_requests,
                    "buckets": len(told.buckets),
                    "answer": f"{answer_bytes / 1000:.1f} kB",
                    "read": str(timings[f"{length}"]),
                    "a step of the summary": f"{summed_up[length] * 1000:.0f} ms",
                },
            )
            assert (told.segments, told.complete) == (length, True)
            assert control.counters().total_requests == 4
            assert answer_bytes <= ANSWER_BYTES_MAX
        growth = timings[f"{LENGTHS[-1]}"].p50_ms / timings[f"{LENGTHS[0]}"].p50_ms
        record.note(TABLE, f"Growth of p50 from first to last: {growth:.2f}×.")
