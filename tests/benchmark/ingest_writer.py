"""One writer of live Flows, as a process: `python -m tests.benchmark.ingest_writer URL FLOWS SECONDS`.

It says that it is ready, and begins when it reads a line. Each second it adds a Segment of one second to each
of its Flows, whether or not the service has kept up: a camera does not wait. It prints, as JSON, how late
each Segment was registered after it was due.
"""

import json
import sys
import time
from urllib.parse import urlsplit

import httpx

from tests.benchmark.operations import Call
from tests.benchmark.wire import HttpConnection
from tests.maker import Maker

ALLOCATED = 60
"""Objects for which a writer asks at once."""


class LiveFlow:
    """A Flow that grows by a Segment at a time."""

    def __init__(self, make: Maker) -> None:
        self._make = make
        self._id = str(make.flow()["id"])
        self._objects: list[str] = []
        self._count = 0

    def next_call(self) -> Call:
        if not self._objects:
            self._objects = self._make.objects(self._id, ALLOCATED)
        at, self._count = self._count, self._count + 1
        body = {"object_id": self._objects.pop(), "timerange": f"[{at}:0_{at + 1}:0)"}
        return Call("POST", f"/flows/{self._id}/segments", body, 201)


def write(url: str, flows: int, seconds: int) -> list[float]:
    """Milliseconds from when each Segment was due until it was registered."""
    host, late_ms = urlsplit(url).netloc, []
    with httpx.Client(base_url=url, timeout=120) as api, HttpConnection(url) as exchange:
        make = Maker(api)
        live = [LiveFlow(make) for _ in range(flows)]
        say("ready")
        sys.stdin.readline()
        begun = time.monotonic()
        for number in range(seconds * flows):
            due = begun + number / flows
            time.sleep(max(0.0, due - time.monotonic()))
            call = live[number % flows].next_call()
            status, answer = exchange(call.request(host))
            assert status == call.status, answer[:500]
            late_ms.append((time.monotonic() - due) * 1000)
    return late_ms


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    say(json.dumps(write(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))))
