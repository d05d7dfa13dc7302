"""One operation beside its floors, in turns, so that what disturbs one disturbs all."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice

from local.stack import Stack
from tests.benchmark.floor_server import FloorServer
from tests.benchmark.form import sized
from tests.benchmark.handlers import Handlers
from tests.benchmark.load import Connect, Pace, clients, one_client, together
from tests.benchmark.operations import Call, Ground, Operation
from tests.benchmark.processes import cpu_ms, cpu_of
from tests.benchmark.selects import BySdk, ByWire, selects_of
from tests.benchmark.wire import HttpConnection, RawConnection
from vastlocal.control import Control

ROUNDS = 3
EACH_ROUND = sized(test=1, quick=25, long=150)
FLOOR_EACH_ROUND = 10 * EACH_ROUND
"""They take a tenth of a millisecond, and the kernel counts CPU in hundredths of a second."""
AT_ONCE = 8
TOGETHER = sized(test=8, quick=160, long=800)
WARM_UP = sized(test=4, quick=16, long=16)
"""Over eight connections, so that both workers of the gateway get some."""


@dataclass
class Measured:
    """Paces have one entry for each round."""

    answer_bytes: int
    """Of the body."""
    alone: list[Pace] = field(default_factory=list)
    http: list[Pace] = field(default_factory=list)
    raw: list[Pace] = field(default_factory=list)
    sdk: list[Pace] = field(default_factory=list)
    wire: list[Pace] = field(default_factory=list)
    """These two are empty for an operation that is more than selects."""
    eight: list[Pace] = field(default_factory=list)
    http_eight: list[Pace] = field(default_factory=list)
    spent_ms: Counter[str] = field(default_factory=Counter)
    """CPU by part of the stack."""
    function_ms: float = 0
    """CPU of the functions alone, in this process."""
    http_ms: float = 0
    trips: int = 0
    vast_ms: float = 0
    """From complete requests to finished answers, in the VAST."""

    def each(self, total: float) -> float:
        """What of a total falls to one request."""
        return total / len(together(self.alone).times_ms)

    @property
    def cpu_ms(self) -> Mapping[str, float]:
        """Of one request."""
        return {part: self.each(spent) for part, spent in self.spent_ms.items()}

    @property
    def http_cpu_ms(self) -> float:
        """Of one request."""
        return self.http_ms / len(together(self.http).times_ms)


@dataclass(frozen=True)
class Workbench:
    stack: Stack
    ground: Ground
    vast: Control
    http: FloorServer
    raw: FloorServer
    sdk: BySdk
    wire: ByWire
    handlers: Handlers

    def measure(self, operation: Operation) -> Measured:
        calls = operation.calls(self.ground, 2 * WARM_UP + 2 * ROUNDS * EACH_ROUND + TOGETHER)
        status, supply = calls[0].status, iter(calls)
        connect: Connect = partial(HttpConnection, self.stack.api_url)
        request, answer = self._warm_up(connect, supply, status)
        found = Measured(len(body := answer.partition(b"\r\n\r\n")[2]))
        floor_request = self._floor_request(calls[0], body)
        connect_floor: Connect = partial(HttpConnection, self.http.url)
        clients(connect_floor, [floor_request] * WARM_UP, 200, AT_ONCE)
        selects = selects_of(operation.name, self.ground.flow_id)

        for _ in range(ROUNDS):
            self._ours(found, connect, self._requests(islice(supply, EACH_ROUND)), status)
            self._function(found, list(islice(supply, EACH_ROUND)))
            if selects is not None:
                found.sdk.append(_repeated(partial(self.sdk.run, selects)))
                found.wire.append(_repeated(partial(self.wire.run, selects)))
            self._http(found, connect_floor, floor_request)
            with RawConnection(self.raw.port, len(request), len(answer)) as exchange:
                found.raw.append(one_client(exchange, [request] * FLOOR_EACH_ROUND))
        found.eight = [clients(connect, self._requests(supply), status, AT_ONCE)]
        floor_requests = [floor_request] * 4 * TOGETHER
        found.http_eight = [clients(connect_floor, floor_requests, 200, AT_ONCE)]
        return found

    def _requests(self, calls: Iterable[Call]) -> list[bytes]:
        host = self.stack.api_url.partition("//")[2]
        return [each.request(host) for each in calls]

    def _warm_up(
        self, connect: Connect, supply: Iterator[Call], status: int
    ) -> tuple[bytes, bytes]:
        """A request, and its answer."""
        *most, last = self._requests(islice(supply, WARM_UP))
        clients(connect, most, status, AT_ONCE)
        for call in islice(supply, WARM_UP):
            self.handlers.invocation(call.for_httpx())()
        with connect() as exchange:
            return last, exchange(last)[1]

    def _ours(
        self, found: Measured, connect: Connect, requests: Sequence[bytes], status: int
    ) -> None:
        with connect() as exchange:
            self.vast.reset()
            before = cpu_of(self.stack)
            found.alone.append(one_client(exchange, requests, status))
            after = cpu_of(self.stack)
            counted = self.vast.counters()
        found.trips += counted.total_requests
        found.vast_ms += 1000 * sum(counted.seconds.values())
        for part, used in after.items():
            found.spent_ms[part] += used - before[part]  # type: ignore[assignment]  # typeshed: int

    def _function(self, found: Measured, calls: Sequence[Call]) -> None:
        invocations = [self.handlers.invocation(each.for_httpx()) for each in calls]
        before = time.process_time()
        answers = [invoke() for invoke in invocations]
        found.function_ms += (time.process_time() - before) * 1000
        assert {each["statusCode"] for each in answers} == {calls[0].status}

    def _http(self, found: Measured, connect: Connect, request: bytes) -> None:
        with connect() as exchange:
            before = cpu_ms(self.http.pid)
            found.http.append(one_client(exchange, [request] * FLOOR_EACH_ROUND))
            found.http_ms += cpu_ms(self.http.pid) - before

    def _floor_request(self, call: Call, body: bytes) -> bytes:
        """The same request to the floor server, which is given the answer."""
        keep = Call("PUT", "/answers/it").request("floor").removesuffix(b"\r\n")
        with HttpConnection(self.http.url) as exchange:
            status, _ = exchange(keep + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        assert status == 204
        return Call(call.method, "/it", call.body).request("floor")


def _repeated(work: Callable[[], object]) -> Pace:
    work()
    taken: list[float] = []
    begun = time.perf_counter()
    for _ in range(EACH_ROUND):
        started = time.perf_counter()
        work()
        taken.append((time.perf_counter() - started) * 1000)
    return Pace(taken, time.perf_counter() - begun)
