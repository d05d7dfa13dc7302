"""What a request costs in counts: requests to VAST exactly, and calls of Python functions within bounds.

Counts are the same on any machine, however busy. `make counts` writes `counts.json` anew, after a change that
is meant to cost more or less.
"""

import json
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from local.stack import Stack
from tams.runtime.deployment import Deployment
from tams.settings import Settings
from tests.benchmark.calls_counted import calls_of
from tests.benchmark.handlers import Handlers
from tests.benchmark.operations import OPERATIONS, Call, Ground, Operation
from tests.services import lend_environment
from tests.waiting import until
from vastlocal.control import Control

TABLE = Path(__file__).with_name("counts.json")
RECORDS = bool(os.environ.get("TAMS_COUNTS"))
GROWTH_MAX = 1.5
"""Versions of Python and of libraries differ by less; a new loop over rows costs more."""
WARM_UP, TRIES = 3, 5

Counts = dict[str, Any]


@dataclass(frozen=True)
class Bench:
    handlers: Handlers
    ground: Ground
    vast: Control

    def counts(self, operation: Operation) -> Counts:
        calls = operation.calls(self.ground, WARM_UP + 1 + TRIES)
        for call in calls[:WARM_UP]:
            self._ask(call)
        self._settle()
        self.vast.reset()
        self._ask(calls[WARM_UP])
        self._settle()
        trips = dict(self.vast.counters().requests)
        python = min(self._ask(call) for call in calls[WARM_UP + 1 :])
        return {"vast": trips, "python_calls": python}

    def _settle(self) -> None:
        """A read does not wait for its commit."""

        def has_ended() -> bool:
            counted = self.vast.counters().requests
            return counted.get("begin") == counted.get("commit", 0) + counted.get("rollback", 0)

        until(has_ended)

    def _ask(self, call: Call) -> int:
        """How many calls of Python it took."""
        answers = []
        invoke = self.handlers.invocation(call.for_httpx())
        counted = calls_of(lambda: answers.append(invoke()))
        assert answers[0]["statusCode"] == call.status, answers[0]
        return counted


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """The functions in this process, on a VAST and queues in theirs. Nobody else asks these."""
    data = tmp_path_factory.mktemp("counts")
    with Stack(data, only=("vast", "queue")) as stack, pytest.MonkeyPatch.context() as patch:
        lend_environment(stack, patch)
        handlers = Handlers(stack.application.routes, Deployment(Settings()))
        with httpx.Client(transport=handlers, base_url="http://tams") as api:
            keys = stack.vast_credentials
            vast = Control(stack.vast_url, keys.access_key, keys.secret_key)
            yield Bench(handlers, Ground(api), vast)


@pytest.fixture(scope="module")
def recorded() -> Iterator[dict[str, Counts]]:
    known: dict[str, Counts] = json.loads(TABLE.read_text()) if TABLE.exists() else {}
    yield known
    if RECORDS:
        kept = {each.name: known[each.name] for each in OPERATIONS}
        TABLE.write_text(json.dumps(kept, indent=2) + "\n")


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda it: it.name)
def test_a_request_costs_no_more_than_we_know(
    bench: Bench, recorded: dict[str, Counts], operation: Operation
) -> None:
    found = bench.counts(operation)

    if RECORDS:
        recorded[operation.name] = found
    known = recorded[operation.name]
    assert found["vast"] == known["vast"], "if it is meant to be so: make counts"
    most = int(GROWTH_MAX * known["python_calls"])
    assert found["python_calls"] <= most, "if it is meant to be so: make counts"


def test_calls_in_threads_are_counted_too() -> None:
    def called() -> None:
        """Costs a call."""

    def in_a_thread() -> None:
        for _ in range(1000):
            called()

    def work() -> None:
        thread = threading.Thread(target=in_a_thread)
        thread.start()
        thread.join()

    assert 1000 < calls_of(work) < 1200
    assert calls_of(called) == 1
