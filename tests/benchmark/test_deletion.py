"""Deleting a Flow takes time in proportion to its length, and constant memory, whatever dies."""

import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from local.stack import Stack
from tests.benchmark.form import LONG
from tests.benchmark.long_flow import a_long_flow
from tests.benchmark.record import Record
from tests.services import Services, services_on

LENGTHS = (100_000, 1_000_000) if LONG else (2_000, 20_000)
KILLS = 5
MEMORY_MAX_MB = 150
TABLE = "Deleting a Flow in the background"

pytestmark = pytest.mark.timeout(3_600)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    env = {
        "TAMS_DELETION__IDLE_SECONDS": "2",
        "TAMS_DELETION__AT_ONCE_SEGMENTS": "100",
        "TAMS_RECYCLE_BIN__KEPT_SECONDS": "0",
    }
    data = tmp_path_factory.mktemp("deletion")
    with Stack(data, keep_going=True, env=env, schedule_seconds=1) as running:
        yield running


@pytest.fixture
def services(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Services:
    return services_on(stack, monkeypatch)


def memory_mb(pid: int) -> float:
    """Resident, of a process."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    (resident,) = (line for line in lines if line.startswith("VmRSS"))
    return int(resident.split()[1]) / 1024


def deleted(stack: Stack, services: Services, count: int, kills: int) -> tuple[float, float]:
    """Seconds it took, and how much the worker's memory grew at most, with the worker killed on the way."""
    storage_id = next(iter(services.platform.backends))
    flow_id = a_long_flow(services, count, storage_id, uses_each=100)
    with httpx.Client(base_url=stack.api_url, timeout=30) as api:
        before_mb = memory_mb(stack.pid("poller"))
        started = time.monotonic()
        response = api.delete(f"/flows/{flow_id}")
        assert response.status_code == 202
        path, most_mb, killed = response.headers["Location"], before_mb, 0
        done = False
        while (
            not done or killed < kills
        ):  # a fast worker may be done before it was killed that often
            request = api.get(path).json()
            assert request["status"] != "error", request
            done = request["status"] == "done"
            most_mb = max(most_mb, memory_mb(stack.pid("poller")))
            left = segments_left(services, request["id"])
            if killed < kills and left < count * (kills - killed) / (kills + 1):
                stack.restart("poller")
                killed += 1
            time.sleep(0.1)
        assert api.get(f"/flows/{flow_id}").status_code == 404
        return time.monotonic() - started, most_mb - before_mb


def segments_left(services: Services, request_id: str) -> int:
    return services.store.read(
        lambda repositories: repositories.deletion_requests.get(request_id).timeline.segment_count
    )


def test_a_deletion_is_linear_in_time_and_flat_in_memory(
    stack: Stack, services: Services, record: Record
) -> None:
    deleted(stack, services, LENGTHS[0] // 10, kills=0)  # so that the worker is warm
    short, long = LENGTHS
    runs = ((short, 0), (long, 0), (long, KILLS))
    found = {run: deleted(stack, services, *run) for run in runs}
    for (count, kills), (seconds, grown_mb) in found.items():
        record.line(
            TABLE,
            {
                "Segments": f"{count:,}",
                "worker killed": f"{kills} times",
                "seconds": f"{seconds:.0f}",
                "Segments a second": f"{count / seconds:,.0f}",
                "memory grown by": f"{grown_mb:.0f} MB",
            },
        )
        assert grown_mb <= MEMORY_MAX_MB
    if LONG:  # a short Flow takes no time worth comparing
        assert found[long, 0][0] <= 12 * found[short, 0][0]
