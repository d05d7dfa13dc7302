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
from tests.benchmark.sdk_floor import SdkFloor
from tests.services import lend_environment
from vastlocal.control import Control

OPERATION_TABLE = "Operations over HTTP"
CPU_TABLE = "CPU of a request, by process"
FLOOR_TABLE = "Operations and their floors"

pytestmark = [
    pytest.mark.timeout(3_600),
    pytest.mark.filterwarnings("ignore:The 'warn' method:DeprecationWarning"),  # of the SDK
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workbench]:
    with ExitStack() as open_:
        data = tmp_path_factory.mktemp("operations")
        stack = open_.enter_context(Stack(data, only=("vast", "s3", "queue", "gateway")))
        lend_environment(stack, open_.enter_context(pytest.MonkeyPatch.context()))
        api = open_.enter_context(httpx.Client(base_url=stack.api_url, timeout=120))
        ground = Ground(api)
        handlers = Handlers(stack.application.routes, Deployment(Settings()))
        open_.callback(handlers.close)
        keys = stack.vast_credentials
        yield Workbench(
            stack=stack,
            ground=ground,
            vast=Control(stack.vast_url, keys.access_key, keys.secret_key),
            http=open_.enter_context(a_floor_server("http")),
            raw=open_.enter_context(a_floor_server("raw")),
            handlers=handlers,
            sdk=SdkFloor(vast_connection(Settings()), ground.flow_id),
        )


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda it: it.name)
def test_an_operation_beside_its_floors(
    bench: Workbench, record: Record, operation: Operation
) -> None:
    found = bench.measure(operation)

    _record_operation(record, operation.name, found)
    _record_cpu(record, operation.name, found)
    _record_floors(record, operation.name, found)
    if operation.reads:  # a write may be told to try again
        assert found.round_trips == int(found.round_trips)


def _record_operation(record: Record, name: str, found: Measured) -> None:
    alone, eight = together(found.alone), together(found.eight)
    record.line(
        OPERATION_TABLE,
        {
            "operation": name,
            "p50": f"{alone.p50_ms:.1f} ms",
            "p95": f"{alone.p95_ms:.1f} ms",
            "a second, 1 in flight": f"{alone.per_second:,.0f}",
            "a second, 8 in flight": f"{eight.per_second:,.0f}",
            "VAST round trips": f"{found.round_trips:.3g}",
            "bytes": f"{found.answer_bytes:,}",
        },
        {
            "operation": name,
            "one": alone.numbers(),
            "eight": eight.numbers(),
            "round_trips": round(found.round_trips, 3),
            "answer_bytes": found.answer_bytes,
        },
    )


def _record_cpu(record: Record, name: str, found: Measured) -> None:
    spent = {part: found.cpu_ms[part] for part in PARTS}
    record.line(
        CPU_TABLE,
        {
            "operation": name,
            **{PARTS[part]: f"{each:.1f} ms" for part, each in spent.items()},
            "all": f"{sum(spent.values()):.1f} ms",
            "the function alone": f"{found.function_cpu_ms:.1f} ms",
        },
        {
            "operation": name,
            "cpu_ms": {part: round(each, 3) for part, each in spent.items()},
            "function_cpu_ms": round(found.function_cpu_ms, 3),
        },
    )


def _record_floors(record: Record, name: str, found: Measured) -> None:
    ours, http, raw = together(found.alone), together(found.http), together(found.raw)
    http_eight, http_cpu_ms = together(found.http_eight), found.http_cpu_ms
    sdk = together(found.sdk) if found.sdk else None
    record.line(
        FLOOR_TABLE,
        {
            "operation": name,
            "ours": f"{ours.p50_ms:.1f} ms",
            "SDK": f"{sdk.p50_ms:.1f} ms" if sdk else "–",
            "ours / SDK": f"{ours.p50_ms / sdk.p50_ms:.2f}" if sdk else "–",
            "HTTP": f"{http.p50_ms:.2f} ms",
            "raw": f"{raw.p50_ms:.2f} ms",
            "HTTP, a second, 8 in flight": f"{http_eight.per_second:,.0f}",
            "CPU of HTTP": f"{http_cpu_ms:.2f} ms",
        },
        {
            "operation": name,
            "ours": ours.numbers(),
            "sdk": sdk and sdk.numbers(),
            "http": http.numbers(),
            "http_eight": http_eight.numbers(),
            "http_cpu_ms": round(http_cpu_ms, 3),
            "raw": raw.numbers(),
        },
    )
