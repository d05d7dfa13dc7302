"""Nothing grows with the number of requests: neither memory nor descriptors, threads or connections."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import httpx
import psutil
import pytest

from local.stack import Stack
from tests.benchmark.form import LONG, sized
from tests.benchmark.operations import OPERATIONS, Call, Ground
from tests.benchmark.record import Record
from tests.benchmark.wire import HttpConnection

REQUESTS = sized(test=400, quick=5_000, long=100_000)
FIRST = sized(test=200, quick=1_000, long=1_000)
"""Requests after which everything is loaded and opened."""
IN_A_ROUND = 100
MEMORY_RATIO_MAX = 1.5
"""The local VAST keeps what is written, and part of that in memory."""
TABLE = "After many mixed requests"
PARTS = ("gateway", "poller", "vast", "queue", "s3")

pytestmark = pytest.mark.timeout(3_600)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with Stack(tmp_path_factory.mktemp("steady"), keep_going=True) as running:
        yield running


@dataclass(frozen=True)
class Held:
    """By a part of the stack and what it has started."""

    memory_mb: float
    descriptors: int
    threads: int
    connections: int


def held(stack: Stack) -> Mapping[str, Held]:
    return {part: _held(stack.pid(part)) for part in PARTS}


def _held(pid: int) -> Held:
    process = psutil.Process(pid)
    family = [process, *process.children(recursive=True)]
    return Held(
        sum(each.memory_info().rss for each in family) / 1e6,
        sum(each.num_fds() for each in family),
        sum(each.num_threads() for each in family),
        sum(len(each.net_connections("tcp")) for each in family),
    )


def a_round(ground: Ground, chance: random.Random) -> Sequence[Call]:
    """As many reads as a store of media has beside its writes, in any order."""
    reads = [each for each in OPERATIONS if each.reads]
    writes = [each for each in OPERATIONS if not each.reads and each.name != "POST 100 Segments"]
    chosen = [chance.choice(writes if chance.random() < 0.2 else reads) for _ in range(IN_A_ROUND)]
    return [call for each in chosen for call in each.calls(ground, 1)]


def ask(stack: Stack, ground: Ground, count: int, chance: random.Random) -> None:
    host = stack.api_url.partition("//")[2]
    with HttpConnection(stack.api_url) as exchange:
        for _ in range(0, count, IN_A_ROUND):
            for call in a_round(ground, chance):
                status, answer = exchange(call.request(host))
                assert status == call.status, answer[:500]


def test_nothing_grows_with_the_number_of_requests(stack: Stack, record: Record) -> None:
    chance = random.Random(8)
    with httpx.Client(base_url=stack.api_url, timeout=120) as api:
        ground = Ground(api)
        ask(stack, ground, FIRST, chance)
        before = held(stack)
        ask(stack, ground, REQUESTS - FIRST, chance)
        after = held(stack)

    for part, now in after.items():
        then = before[part]
        record.line(
            TABLE,
            {
                "part": part,
                "requests": f"{FIRST:,} → {REQUESTS:,}",
                "memory": f"{then.memory_mb:.0f} → {now.memory_mb:.0f} MB",
                "descriptors": f"{then.descriptors} → {now.descriptors}",
                "threads": f"{then.threads} → {now.threads}",
                "connections": f"{then.connections} → {now.connections}",
            },
        )
        # A few more may be open at any moment: background work comes and goes.
        assert now.descriptors <= then.descriptors + 20, part
        assert now.threads <= then.threads + 10, part
        assert now.connections <= then.connections + 20, part
        if LONG:
            assert now.memory_mb <= then.memory_mb * MEMORY_RATIO_MAX, part
