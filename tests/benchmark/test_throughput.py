"""Many Segments: read page after page, written by one client, and by 32 at once to one Flow."""

import json
import re
import time
from collections.abc import Iterator
from functools import partial

import httpx
import pytest

from local.stack import Stack
from tests.benchmark.form import sized
from tests.benchmark.load import Pace, clients, one_client
from tests.benchmark.long_flow import a_long_flow
from tests.benchmark.operations import Call
from tests.benchmark.record import Record
from tests.benchmark.wire import HttpConnection
from tests.maker import Maker
from tests.services import services_on
from vastlocal.control import Control, CounterValues

TABLE = "Many Segments"
WALKED = sized(test=2_000, quick=10_000, long=100_000)
PAGE = 1_000
LISTS = sized(test=3, quick=30, long=300)
WRITERS = 32
EACH_WRITER = sized(test=1, quick=4, long=20)
_NEXT = re.compile(rb'\r\nlink: <https?://[^/]*([^>]*)>; rel="?next', re.IGNORECASE)

pytestmark = pytest.mark.timeout(3_600)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    data = tmp_path_factory.mktemp("throughput")
    with Stack(data, only=("vast", "s3", "queue", "gateway")) as running:
        yield running


@pytest.fixture
def make(stack: Stack) -> Iterator[Maker]:
    with httpx.Client(base_url=stack.api_url, timeout=120) as api:
        yield Maker(api)


def posts(stack: Stack, make: Maker, lists: int, each: int) -> list[bytes]:
    """Requests that add Segments to one new Flow, side by side."""
    flow_id, host = str(make.flow()["id"]), stack.api_url.partition("//")[2]
    objects = [it for _ in range(lists) for it in make.objects(flow_id, each)]
    bodies = [
        {"object_id": object_id, "timerange": f"[{n}:0_{n + 1}:0)"}
        for n, object_id in enumerate(objects)
    ]
    return [
        Call("POST", f"/flows/{flow_id}/segments", bodies[at : at + each]).request(host)
        for at in range(0, len(bodies), each)
    ]


def line(record: Record, what: str, pace: Pace, each: int, counted: CounterValues) -> None:
    requests = len(pace.times_ms)
    trips, begun = counted.total_requests / requests, counted.requests["begin"] / requests
    record.line(
        TABLE,
        {
            "what": what,
            "Segments a second": f"{pace.per_second * each:,.0f}",
            "p50": f"{pace.p50_ms:.0f} ms",
            "p99": f"{pace.p99_ms:.0f} ms",
            "VAST round trips a request": f"{trips:.2f}",
            "transactions a request": f"{begun:.2f}",
        },
        {
            "what": what,
            "segments_per_second": round(pace.per_second * each, 1),
            **pace.numbers(),
            "round_trips": round(trips, 3),
            "transactions": round(begun, 3),
        },
    )


def test_a_walk_through_a_long_flow(
    stack: Stack, vast: Control, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = services_on(stack, monkeypatch)
    flow_id = a_long_flow(services, WALKED, next(iter(services.platform.backends)))
    host = stack.api_url.partition("//")[2]
    target, seen, times = f"/flows/{flow_id}/segments?limit={PAGE}", 0, []
    vast.reset()
    begun = time.perf_counter()
    with HttpConnection(stack.api_url) as exchange:
        while target:
            started = time.perf_counter()
            status, answer = exchange(Call("GET", target).request(host))
            times.append((time.perf_counter() - started) * 1000)
            assert status == 200
            head, _, body = answer.partition(b"\r\n\r\n")
            seen += len(json.loads(body))
            found = _NEXT.search(head)
            target = found[1].decode() if found else ""
    pace = Pace(times, time.perf_counter() - begun)

    assert seen == WALKED
    assert len(times) <= WALKED / PAGE + 1
    line(record, f"walk of {WALKED:,} by pages of {PAGE:,}", pace, PAGE, vast.counters())


def test_one_client_posts_lists(stack: Stack, vast: Control, make: Maker, record: Record) -> None:
    requests = posts(stack, make, LISTS, 100)
    vast.reset()
    with HttpConnection(stack.api_url) as exchange:
        pace = one_client(exchange, requests, 201)

    line(record, f"{LISTS} lists of 100 from one client", pace, 100, vast.counters())


def test_many_writers_of_one_flow(stack: Stack, vast: Control, make: Maker, record: Record) -> None:
    requests = posts(stack, make, WRITERS * EACH_WRITER, 1)
    vast.reset()
    pace = clients(partial(HttpConnection, stack.api_url), requests, 201, WRITERS)

    what = f"{WRITERS} writers of one Flow, {EACH_WRITER} Segments each, one at a time"
    line(record, what, pace, 1, vast.counters())
