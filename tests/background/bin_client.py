"""A client of the recycle bin that asks until it has an answer, and knows what there is then."""

import time
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import UUID

import httpx

from tests.background.world import PASSING
from tests.builders import a_video_flow_body
from tests.waiting import PATIENCE_SECONDS

SEGMENTS = 30
"""On each Flow, of a second each. More than the stack deletes at once."""


@dataclass
class KnownFlow:
    id: str
    objects: list[str]
    """Of its Segments, in order. Each second of its timeline has one of them, or none."""
    is_there: bool = True
    is_purged: bool = False
    binned: set[int] = field(default_factory=set)
    """Seconds whose Segments were deleted from the Flow by themselves, and are in the bin."""
    gone: set[int] = field(default_factory=set)
    """Those that were destroyed."""

    @property
    def shown(self) -> list[int]:
        left = sorted(set(range(len(self.objects))) - self.binned - self.gone)
        return left if self.is_there else []

    @property
    def kept(self) -> set[int]:
        """Those whose Objects must be there, whoever sees them."""
        return set(range(len(self.objects))) - self.gone


class BinClient:
    """No other client uses its Flows, so an answer that a retry gets says what the first try did."""

    def __init__(self, seed: int, api_url: str) -> None:
        self.flows: list[KnownFlow] = []
        self._random = Random(seed)
        self._api = httpx.Client(base_url=api_url, timeout=30)

    def close(self) -> None:
        self._api.close()

    def create(self) -> None:
        """A Flow with bytes for all its Segments."""
        flow_id = self._uuid()
        body = a_video_flow_body(id=flow_id, source_id=self._uuid())
        self._ask("PUT", f"/flows/{flow_id}", json=body)
        allocated = self._ask("POST", f"/flows/{flow_id}/storage", json={"limit": SEGMENTS})
        entries = allocated.json()["media_objects"]
        for entry in entries:
            put = entry["put_url"]
            headers = {"Content-Type": put["content-type"]}
            assert httpx.put(put["url"], content=b"media", headers=headers).is_success
        ids = [entry["object_id"] for entry in entries]
        posts = [
            {"object_id": each, "timerange": _seconds(at, at + 1), "ts_offset": f"{at}:0"}
            for at, each in enumerate(ids)
        ]
        self._ask("POST", f"/flows/{flow_id}/segments", json=posts)
        self.flows.append(KnownFlow(flow_id, ids))

    def act(self) -> None:
        flow = self._random.choice(self.flows)
        if flow.is_purged:
            return
        if not flow.is_there:
            self._random.choice([self._restore_flow, self._restore_flow, self._purge_flow])(flow)
            return
        acts = [self._delete_flow, self._delete_segments, self._delete_segments]
        acts += [self._restore_segments, self._restore_segments, self._purge_segments]
        self._random.choice(acts)(flow)

    def _delete_flow(self, flow: KnownFlow) -> None:
        self._ask("DELETE", f"/flows/{flow.id}", done={204, 404})
        flow.is_there = False

    def _restore_flow(self, flow: KnownFlow) -> None:
        self._ask("POST", f"/flows/{flow.id}/restore", done={200, 404})
        self._ask("GET", f"/flows/{flow.id}")
        flow.is_there = True

    def _purge_flow(self, flow: KnownFlow) -> None:
        """Unless it went while Segments were on their way from it to the bin: they are still with it."""
        if self._binned(flow) != len(flow.binned):
            return
        (entry,) = [each for each in self.entries(flow) if each["kind"] == "flow"]
        self._ask("DELETE", f"/recycle-bin/{entry['id']}", done={204, 404})
        flow.gone = set(range(len(flow.objects))) - flow.binned
        flow.is_purged = True
        self.create()

    def _delete_segments(self, flow: KnownFlow) -> None:
        start = self._random.randrange(SEGMENTS)
        end = start + self._random.randint(1, SEGMENTS)
        query = {"timerange": _seconds(start, end)}
        self._ask("DELETE", f"/flows/{flow.id}/segments", params=query, done={202, 204})
        flow.binned |= {at for at in flow.shown if start <= at < end}

    def _restore_segments(self, flow: KnownFlow) -> None:
        """The worker must have moved them to the bin first."""
        start = self._random.randrange(SEGMENTS)
        query = {"timerange": _seconds(start, start + 8)}
        path = f"/flows/{flow.id}/segments/restore"
        self._ask("POST", path, params=query, done={200, 404})
        flow.binned -= set(range(start, start + 8))

    def _purge_segments(self, flow: KnownFlow) -> None:
        """All of the bin's, when nothing of it is on its way any more."""
        self._settle(flow)
        for entry in self.entries(flow):
            self._ask("DELETE", f"/recycle-bin/{entry['id']}", done={204, 404})
        flow.gone |= flow.binned
        flow.binned = set()

    def entries(self, flow: KnownFlow) -> list[dict[str, Any]]:
        query = {"flow_id": flow.id, "limit": "1000"}
        return list(self._ask("GET", "/recycle-bin", params=query).json())

    def listed(self, flow: KnownFlow) -> list[int]:
        query = {"limit": "1000", "accept_get_urls": ""}
        found = self._ask("GET", f"/flows/{flow.id}/segments", params=query).json()
        return [int(each["timerange"].strip("[").partition(":")[0]) for each in found]

    def _settle(self, flow: KnownFlow) -> None:
        """Wait until the bin has all that was deleted from the Flow."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self._binned(flow) != len(flow.binned):
            assert time.monotonic() < deadline, f"{flow} has {self.entries(flow)}"
            time.sleep(0.05)

    def _binned(self, flow: KnownFlow) -> int:
        found = self.entries(flow)
        return sum(each["segment_count"] for each in found if each["kind"] == "segments")

    def _ask(
        self, method: str, path: str, *, done: set[int] | None = None, **arguments: Any
    ) -> httpx.Response:
        """Asks until something answers, and until a deletion that is in the way has ended."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            assert time.monotonic() < deadline, f"{method} {path} has no answer"
            try:
                response = self._api.request(method, path, **arguments)
            except httpx.TransportError:
                continue
            if response.status_code in PASSING or "still being deleted" in response.text:
                time.sleep(0.05)
                continue
            expected = response.is_success if done is None else response.status_code in done
            assert expected, f"{method} {path}: {response.status_code} {response.text}"
            return response

    def _uuid(self) -> str:
        return str(UUID(int=self._random.getrandbits(128), version=4))


def _seconds(start: int, end: int) -> str:
    return f"[{start}:0_{end}:0)"
