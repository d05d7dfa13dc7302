"""The requests whose cost we know. They go over HTTP (`make bench`) or stay in this process (counts)."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx

from tests.builders import a_video_flow_body
from tests.maker import Maker

SEGMENTS = 200
"""Of two seconds, in the Flow that is read."""
LANES = 8
"""Flows that are written to in turn, so that writers at the same time do not wait for each other."""


@dataclass(frozen=True)
class Call:
    method: str
    target: str
    body: Any = None
    status: int = 200

    def for_httpx(self) -> httpx.Request:
        return httpx.Request(self.method, f"http://tams{self.target}", json=self.body)

    def request(self, host: str) -> bytes:
        """As it goes over a connection that is kept."""
        body = b"" if self.body is None else json.dumps(self.body).encode()
        lines = f"{self.method} {self.target} HTTP/1.1\r\nHost: {host}\r\n"
        if body:
            lines += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        return f"{lines}\r\n".encode() + body


class Ground:
    """What the operations find: a Flow to read, a listing of a hundred, and Flows to write to."""

    def __init__(self, api: httpx.Client) -> None:
        self._make = Maker(api)
        flow = self._make.flow()
        self.flow_id, self.source_id = str(flow["id"]), str(flow["source_id"])
        for start in range(0, SEGMENTS, 100):
            self._make.segments(self.flow_id, 100, start=2 * start)
        self._lanes = [str(self._make.flow()["id"]) for _ in range(LANES)]
        for _ in range(100 - 1 - LANES):
            self._make.flow()
        self._written = 0

    def lane(self, number: int) -> str:
        return self._lanes[number % LANES]

    def posts(self, flow_id: str, count: int) -> list[dict[str, str]]:
        """Bodies of Segments that follow all that were made before, on Objects allocated for them."""
        first, self._written = self._written, self._written + count
        objects: list[str] = []
        while len(objects) < count:
            objects += self._make.objects(flow_id, min(count - len(objects), 1000))
        return [
            {"object_id": each, "timerange": f"[{first + n}:0_{first + n + 1}:0)"}
            for n, each in enumerate(objects)
        ]


@dataclass(frozen=True)
class Operation:
    name: str
    calls: Callable[[Ground, int], Sequence[Call]]
    """So many of it. What they need is made now, so that it is not measured."""
    reads: bool = True


def _reading(target: str) -> Callable[[Ground, int], Sequence[Call]]:
    def calls(ground: Ground, count: int) -> Sequence[Call]:
        return [Call("GET", target.format(flow=ground.flow_id, source=ground.source_id))] * count

    return calls


def _put_flow(_: Ground, count: int) -> Sequence[Call]:
    bodies = [a_video_flow_body(id=str(uuid4()), source_id=str(uuid4())) for _ in range(count)]
    return [Call("PUT", f"/flows/{each['id']}", each, 201) for each in bodies]


def _post_storage(ground: Ground, count: int) -> Sequence[Call]:
    paths = [f"/flows/{ground.lane(n)}/storage" for n in range(count)]
    return [Call("POST", path, {"limit": 1}, 201) for path in paths]


def _post_segment(ground: Ground, count: int) -> Sequence[Call]:
    flows = [ground.lane(n) for n in range(count)]
    return [
        Call("POST", f"/flows/{each}/segments", ground.posts(each, 1)[0], 201) for each in flows
    ]


def _post_segments(ground: Ground, count: int) -> Sequence[Call]:
    flows = [ground.lane(n) for n in range(count)]
    return [Call("POST", f"/flows/{each}/segments", ground.posts(each, 100), 201) for each in flows]


GET_FLOW = "GET a Flow"
WINDOW = "a window of 30 Segments"
PAGE = "a page of 100 Segments"
OPERATIONS = (
    Operation("GET /service", _reading("/service")),
    Operation(GET_FLOW, _reading("/flows/{flow}")),
    Operation("GET a Source", _reading("/sources/{source}")),
    Operation(WINDOW, _reading("/flows/{flow}/segments?timerange=[100:0_160:0)")),
    Operation(PAGE, _reading("/flows/{flow}/segments?limit=100")),
    Operation("list 100 Flows", _reading("/flows?limit=100")),
    Operation("PUT a new Flow", _put_flow, reads=False),
    Operation("POST storage for 1 Object", _post_storage, reads=False),
    Operation("POST 1 Segment", _post_segment, reads=False),
    Operation("POST 100 Segments", _post_segments, reads=False),
)
BY_NAME = {each.name: each for each in OPERATIONS}
