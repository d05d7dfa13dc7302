"""Live Flows of many writers: the service keeps up, and nothing waits anywhere when they stop."""

import json
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing

import httpx
import pytest

from local.queues import sqs_client
from local.stack import Stack
from tams.repositories.backlog import read_backlog
from tams.repositories.database import Database
from tams.runtime.vast import vast_connection
from tams.settings import Settings
from tests.benchmark.form import sized
from tests.benchmark.load import Pace
from tests.benchmark.record import Record
from tests.maker import all_pages
from tests.receiver import receiver
from tests.services import lend_environment
from tests.waiting import PATIENCE_SECONDS, until

WRITERS = sized(test=2, quick=10, long=10)
FLOWS_EACH = sized(test=2, quick=10, long=10)
FLOWS_EACH_HEARD = sized(test=2, quick=5, long=5)  # the subscriber needs the same two cores
SECONDS = sized(test=3, quick=30, long=600)
TABLE = "Live ingest"

pytestmark = pytest.mark.timeout(3_600)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with Stack(tmp_path_factory.mktemp("ingest"), keep_going=True) as running:
        yield running


def late_ms(stack: Stack, flows_each: int) -> list[float]:
    """How late each Segment was registered, over all writers at once."""
    command = [sys.executable, "-m", "tests.benchmark.ingest_writer", stack.api_url]
    arguments = [*command, str(flows_each), str(SECONDS)]
    with ExitStack() as open_:
        writers = [
            open_.enter_context(
                subprocess.Popen(
                    arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
                )
            )
            for _ in range(WRITERS)
        ]
        for writer in writers:
            assert writer.stdout is not None
            assert writer.stdout.readline() == "ready\n"
        for writer in writers:
            assert writer.stdin is not None
            writer.stdin.write("go\n")
            writer.stdin.flush()
        told = [writer.communicate()[0] for writer in writers]
        assert all(writer.returncode == 0 for writer in writers)
    return [late for each in told for late in json.loads(each)]


def waiting(stack: Stack) -> int:
    """Messages in queues, and rows in tables that some worker has yet to handle."""
    backlog = Database(vast_connection(Settings())).read(read_backlog).waiting
    in_tables = backlog["events_to_relay"] + backlog["deliveries"]
    with closing(sqs_client(stack.sqs_url, stack.sqs_credentials)) as sqs:
        return in_tables + sum(
            _messages(sqs, stack.queue_url(each.name)) for each in stack.application.queues
        )


def _messages(sqs: object, url: str) -> int:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    answer = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)  # type: ignore[attr-defined]
    return sum(int(answer["Attributes"][name]) for name in names)


def segments_of(api: httpx.Client, flows: Iterable[str]) -> int:
    return sum(
        len(page)
        for flow in flows
        for page in all_pages(api, f"/flows/{flow}/segments", limit=1000)
    )


def flows_of(api: httpx.Client) -> set[str]:
    return {it["id"] for page in all_pages(api, "/flows", limit=1000) for it in page}


@pytest.mark.parametrize(
    ("flows_each", "subscribers"), [(FLOWS_EACH, 0), (FLOWS_EACH_HEARD, 1)], ids=["alone", "heard"]
)
def test_live_flows_are_kept_up_with(
    stack: Stack,
    record: Record,
    monkeypatch: pytest.MonkeyPatch,
    flows_each: int,
    subscribers: int,
) -> None:
    lend_environment(stack, monkeypatch)
    with httpx.Client(base_url=stack.api_url, timeout=120) as api, receiver() as subscriber:
        before = flows_of(api)
        body = {"url": subscriber.url, "events": ["flows/segments_added"]}
        for _ in range(subscribers):
            assert api.post("/service/webhooks", json=body).status_code == 201
        late = late_ms(stack, flows_each)
        ended = time.monotonic()
        waits = waiting(stack)
        until(lambda: waiting(stack) == 0)
        drained_seconds = time.monotonic() - ended
        heard = sum(len(each.event["segments"]) for each in subscriber.distinct)
        kept = segments_of(api, flows_of(api) - before)

    assert kept == len(late) == WRITERS * flows_each * SECONDS
    assert heard == kept * subscribers
    assert drained_seconds < PATIENCE_SECONDS
    pace = Pace(late, SECONDS)
    record.line(
        TABLE,
        {
            "writers": WRITERS,
            "Flows": WRITERS * flows_each,
            "webhooks": subscribers,
            "seconds": SECONDS,
            "Segments a second": f"{pace.per_second:.0f}",
            "registered after p50": f"{pace.p50_ms:.0f} ms",
            "p99": f"{pace.p99_ms:.0f} ms",
            "waiting at the end": waits,
            "until nothing waits": f"{drained_seconds:.1f} s",
        },
        {"waiting": waits, "drained_seconds": round(drained_seconds, 2), **pace.numbers()},
    )
