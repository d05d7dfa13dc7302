"""A page of a long listing, at its start, in its middle and at its end."""

import re
from collections.abc import Iterator
from functools import partial
from typing import Any
from uuid import uuid4

import httpx
import pytest

from local.stack import Stack
from tams.repositories.database import Database
from tams.repositories.tables import FLOWS
from tams.repositories.transaction import Row, VastTransaction
from tams.runtime.vast import vast_connection
from tams.settings import Settings
from tams.vast.where import col
from tests.benchmark.form import sized
from tests.benchmark.load import one_client
from tests.benchmark.operations import Call
from tests.benchmark.record import Record
from tests.benchmark.wire import HttpConnection
from tests.maker import Maker
from tests.services import lend_environment
from vastlocal.control import Control

FLOWS_COUNT = sized(test=10_000, quick=20_000, long=100_000)
TIMES = sized(test=2, quick=10, long=30)
TABLE = "A page of 100 Flows in a long listing"
PAGE, STRIDE = 100, 1_000
ROWS_MAX, TRIPS_MAX = 4_000, 10
"""For any page, however many Flows there are: the keys of several windows, and the Flows of the page."""
_BATCH = 5_000

pytestmark = pytest.mark.timeout(3_600)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    data = tmp_path_factory.mktemp("listing")
    with Stack(data, only=("vast", "s3", "queue", "gateway")) as running:
        yield running


@pytest.fixture
def api(stack: Stack) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=stack.api_url, timeout=120) as it:
        yield it


def fill(flow_id: str) -> None:
    """Copies of the Flow's row, until there are as many as the form asks for."""
    database = Database(vast_connection(Settings()))
    (row,) = database.read(lambda it: it.select(FLOWS, col["id"] == flow_id, FLOWS.names))

    def copies(first: int) -> list[Row]:
        numbers = range(first, min(first + _BATCH, FLOWS_COUNT))
        return [
            {**row, "id": str(uuid4()), "created_us": row["created_us"] + number}
            for number in numbers
        ]

    for first in range(1, FLOWS_COUNT, _BATCH):
        rows = copies(first)
        database.write(partial(VastTransaction.insert, table=FLOWS, rows=rows))


def pages(api: httpx.Client) -> list[str]:
    """The targets of all pages of the listing, of STRIDE Flows each."""
    targets, seen = [f"/flows?limit={STRIDE}"], 0
    while True:
        answer = api.get(targets[-1])
        assert answer.status_code == 200, answer.text
        seen += len(answer.json())
        if "next" not in answer.links:
            assert seen == FLOWS_COUNT
            return targets
        targets.append(answer.links["next"]["url"].removeprefix(str(api.base_url).rstrip("/")))


def test_a_page_costs_the_same_wherever_it_is(
    stack: Stack,
    api: httpx.Client,
    vast: Control,
    record: Record,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lend_environment(stack, monkeypatch)
    fill(str(Maker(api).flow()["id"]))
    targets = pages(api)
    host = stack.api_url.partition("//")[2]
    places = {"first": targets[0], "middle": targets[len(targets) // 2], "last": targets[-1]}
    trips, rows = {}, {}
    for place, target in places.items():
        short = re.sub(r"limit=\d+", f"limit={PAGE}", target)
        request = Call("GET", short).request(host)
        with HttpConnection(stack.api_url) as exchange:
            exchange(request)
            vast.reset()
            pace = one_client(exchange, [request] * TIMES)
        counted: Any = vast.counters()
        trips[place] = counted.total_requests / TIMES
        rows[place] = sum(counted.rows_read.values()) // TIMES
        record.line(
            TABLE,
            {
                "Flows": f"{FLOWS_COUNT:,}",
                "page": place,
                "p50": f"{pace.p50_ms:.0f} ms",
                "p95": f"{pace.p95_ms:.0f} ms",
                "VAST round trips": f"{trips[place]:.3g}",
                "rows read in VAST": f"{rows[place]:,}",
            },
            {
                "flows": FLOWS_COUNT,
                "page": place,
                "round_trips": trips[place],
                "rows_read": rows[place],
                **pace.numbers(),
            },
        )
    assert max(rows.values()) <= ROWS_MAX, rows
    assert max(trips.values()) <= TRIPS_MAX, trips
