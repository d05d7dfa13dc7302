"""Each operation over HTTP on a local stack, and beside it the least that it could take."""

from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest

from local.stack import Stack
from tams.runtime.deployment import Deployment
from tams.runtime.vast import vast_connection
from tams.settings import Settings
from tests.benchmark.floor_server import a_floor_server
from tests.benchmark.handlers import Handlers
from tests.benchmark.load import together
from tests.benchmark.measuring import Measured, Workbench
from tests.benchmark.operations import OPERATIONS, Ground, Operation
from tests.benchmark.processes import PARTS
from tests.benchmark.record import Record
from tests.benchmark.selects import BySdk, ByWire
from tests.services import lend_environment
from vastlocal.control import Control

PACE_TABLE = "Operations over HTTP"
CPU_TABLE = "CPU of a request, by process"
FLOOR_TABLE = "The HTTP floor"
SELECT_TABLE = "Reads beside their selects alone"

pytestmark = [
    pytest.mark.timeout(3_600),
    pytest.mark.filterwarnings("ignore:The 'warn' method:DeprecationWarning"),  # of the SDK
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workbench]:
    """On a stack without background work, and with the functions in this process too."""
    with ExitStack() as open_:
        data = tmp_path_factory.mktemp("operations")
        stack = open_.enter_context(Stack(data, only=("vast", "s3", "queue", "gateway")))
        lend_environment(stack, open_.enter_context(pytest.MonkeyPatch.context()))
        settings = Settings()
        api = open_.enter_context(httpx.Client(base_url=stack.api_url, timeout=120))
        handlers = Handlers(stack.application.routes, Deployment(settings))
        open_.callback(handlers.close)
        keys = stack.vast_credentials
        yield Workbench(
            stack=stack,
            ground=Ground(api),
            vast=Control(stack.vast_url, keys.access_key, keys.secret_key),
            http=open_.enter_context(a_floor_server("http")),
            raw=open_.enter_context(a_floor_server("raw")),
            sdk=BySdk(vast_connection(settings)),
            wire=ByWire(vast_connection(settings)),
            handlers=handlers,
        )


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda it: it.name)
def test_an_operation_beside_its_floors(
    bench: Workbench, record: Record, operation: Operation
) -> None:
    found = bench.measure(operation)

    _record_pace(record, operation.name, found)
    _record_cpu(record, operation.name, found)
    _record_floor(record, operation.name, found)
    if found.sdk:
        _record_selects(record, operation.name, found)
    if operation.reads:  # a write may be told to try again
        assert found.each(found.trips) == int(found.each(found.trips))


def _record_pace(record: Record, name: str, found: Measured) -> None:
    alone, eight = together(found.alone), together(found.eight)
    trips, vast_ms = found.each(found.trips), found.each(found.vast_ms)
    record.line(
        PACE_TABLE,
        {
            "operation": name,
            "p50": f"{alone.p50_ms:.1f} ms",
            "p95": f"{alone.p95_ms:.1f} ms",
            "a second, 1 in flight": f"{alone.per_second:,.0f}",
            "a second, 8 in flight": f"{eight.per_second:,.0f}",
            "VAST round trips": f"{trips:.3g}",
            "time in VAST": f"{vast_ms:.1f} ms",
            "bytes": f"{found.answer_bytes:,}",
        },
        {
            "operation": name,
            "one": alone.numbers(),
            "eight": eight.numbers(),
            "round_trips": round(trips, 3),
            "vast_ms": round(vast_ms, 3),
            "answer_bytes": found.answer_bytes,
        },
    )


def _record_cpu(record: Record, name: str, found: Measured) -> None:
    spent = {part: found.cpu_ms[part] for part in PARTS}
    function_ms = found.each(found.function_ms)
    record.line(
        CPU_TABLE,
        {
            "operation": name,
            **{PARTS[part]: f"{each:.1f} ms" for part, each in spent.items()},
            "all": f"{sum(spent.values()):.1f} ms",
            "the function alone": f"{function_ms:.1f} ms",
        },
        {
            "operation": name,
            "cpu_ms": {part: round(each, 3) for part, each in spent.items()},
            "function_cpu_ms": round(function_ms, 3),
        },
    )


def _record_floor(record: Record, name: str, found: Measured) -> None:
    ours, eight = together(found.alone), together(found.eight)
    http, http_eight, raw = (together(it) for it in (found.http, found.http_eight, found.raw))
    record.line(
        FLOOR_TABLE,
        {
            "operation": name,
            "ours": f"{ours.p50_ms:.1f} ms",
            "Starlette from memory": f"{http.p50_ms:.2f} ms",
            "its CPU": f"{found.http_cpu_ms:.2f} ms",
            "a socket alone": f"{raw.p50_ms:.2f} ms",
            "ours, a second, 8 in flight": f"{eight.per_second:,.0f}",
            "Starlette, a second, 8 in flight": f"{http_eight.per_second:,.0f}",
        },
        {
            "operation": name,
            "ours": ours.numbers(),
            "ours_eight": eight.numbers(),
            "http": http.numbers(),
            "http_eight": http_eight.numbers(),
            "http_cpu_ms": round(found.http_cpu_ms, 3),
            "raw": raw.numbers(),
        },
    )


def _record_selects(record: Record, name: str, found: Measured) -> None:
    ours, sdk, wire = (together(it) for it in (found.alone, found.sdk, found.wire))
    record.line(
        SELECT_TABLE,
        {
            "operation": name,
            "ours, over HTTP": f"{ours.p50_ms:.1f} ms",
            "selects by the vastdb SDK": f"{sdk.p50_ms:.1f} ms",
            "ours / SDK": f"{ours.p50_ms / sdk.p50_ms:.2f}",
            "selects by our wire": f"{wire.p50_ms:.1f} ms",
            "ours / wire": f"{ours.p50_ms / wire.p50_ms:.2f}",
        },
        {
            "operation": name,
            "ours": ours.numbers(),
            "sdk": sdk.numbers(),
            "wire": wire.numbers(),
        },
    )
