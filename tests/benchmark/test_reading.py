"""Does the time to read a window depend on the Flow's length? `make bench` records the answer.

A benchmark, not a test of time: what it asserts are counts and ratios measured side by side.
"""

from collections.abc import Callable, Iterator
from functools import partial
from uuid import uuid4

import pytest

from tams.models.timelines import finite
from tams.repositories.database import Database
from tams.repositories.media_time import bound_text
from tams.repositories.provision import provision
from tams.repositories.tables import SEGMENTS
from tams.repositories.transaction import VastTransaction
from tams.runtime.vast import vast_connection
from tams.services.segments.window import PageRequest
from tams.timing import TimeRange
from tams.vast.where import col
from tests.benchmark.form import LONG
from tests.benchmark.long_flow import a_long_flow
from tests.benchmark.record import Record
from tests.benchmark.timing_of import interleaved
from tests.integration.local_vast import STORAGE_ID, a_local_vast, settings_for
from tests.services import services_of
from tests.waiting import until
from vastlocal.control import Control

SECOND = 10**9
LENGTHS = (1_000, 100_000, 1_000_000) if LONG else (1_000, 20_000)


@pytest.fixture(scope="module")
def vast_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with a_local_vast(tmp_path_factory.mktemp("bench")) as url:
        provision(vast_connection(settings_for(url)))
        yield url


def test_a_window_costs_the_same_on_a_flow_of_any_length(vast_url: str, record: Record) -> None:
    services = services_of(settings_for(vast_url))
    flows = {count: a_long_flow(services, count, STORAGE_ID) for count in LENGTHS}
    service = services.flow_segments
    database = Database(vast_connection(settings_for(vast_url)))

    def window(count: int) -> TimeRange:
        middle_ns = count * SECOND
        return TimeRange.between(middle_ns, middle_ns + 60 * SECOND)

    def read(count: int) -> None:
        page = service.list_(flows[count], PageRequest(window(count), 100))
        assert len(page.segments) == 30

    def raw(count: int) -> None:
        """The same rows without the service: begin, select, commit."""
        start_ns, end_ns = finite(window(count))
        predicate = (
            (col["flow_id"] == flows[count])
            & (col["start_time"] >= bound_text(start_ns))
            & (col["start_time"] < bound_text(end_ns))
        )

        def select(transaction: VastTransaction) -> int:
            return len(transaction.select(SEGMENTS, predicate, SEGMENTS.names))

        assert database.read(select) == 30

    works: dict[str, Callable[[], object]] = {}
    for count in LENGTHS:
        works[f"read {count}"] = partial(read, count)
        works[f"raw {count}"] = partial(raw, count)
    timings = interleaved(works, times=200)

    control = Control(vast_url, "K", "S")
    for count in LENGTHS:
        control.reset()
        read(count)
        until(lambda: control.counters().total_requests >= 4)  # nobody waits for the commit
        round_trips = control.counters().total_requests
        timing, beside = timings[f"read {count}"], timings[f"raw {count}"]
        record.line(
            "Reading a window of 30 Segments",
            {
                "Segments in the Flow": f"{count:,}",
                "round trips": round_trips,
                "read": str(timing),
                "its select alone": str(beside),
                "ratio": f"{timing.p50_ms / beside.p50_ms:.2f}",
            },
        )
        assert round_trips == 4
    growth = timings[f"read {LENGTHS[-1]}"].p50_ms / timings[f"read {LENGTHS[0]}"].p50_ms
    record.note(
        "Reading a window of 30 Segments", f"Growth of p50 from first to last: {growth:.2f}×."
    )
    assert growth <= 1.3


def test_a_page_of_a_thousand_urls_is_signed_in_a_blink(record: Record) -> None:
    stores = services_of(settings_for("http://127.0.0.1:1")).platform.object_stores
    client = stores._buckets[STORAGE_ID].client  # type: ignore[attr-defined]
    ids = [str(uuid4()) for _ in range(1000)]

    def ours() -> None:
        for object_id in ids:
            stores.get_url(STORAGE_ID, object_id)

    def boto3s() -> None:
        for object_id in ids[:100]:
            client.generate_presigned_url(
                "get_object", Params={"Bucket": "media", "Key": object_id}, ExpiresIn=3600
            )

    timings = interleaved({"ours": ours, "boto3's": boto3s}, times=10)
    each_us = timings["ours"].p50_ms
    boto3_us = timings["boto3's"].p50_ms * 10
    record.line(
        "Presigning",
        {"ours": f"{each_us:.1f} µs a URL", "boto3's": f"{boto3_us:.0f} µs a URL"},
    )
    assert each_us * 3 < boto3_us
