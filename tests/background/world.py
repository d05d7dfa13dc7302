"""A client that keeps working while the service dies around it, and remembers every response."""

from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any
from uuid import UUID

import httpx

from tests.background.astray import AstrayHost
from tests.builders import a_video_flow_body

Json = dict[str, Any]
PASSING = frozenset({502, 503, 504})
"""What is answered while something is down; everything else that is 5xx is a fault."""


class World:
    """Flows of two Sources, and all Objects that were ever handed out for them.

    `told` counts what the service has said it did, by type of event and Flow; `registering` has the Objects
    whose uploads were taken and are to make Segments, with their Flows.
    """

    def __init__(self, seed: int, api_url: str, archive: str, astray: AstrayHost) -> None:
        self.random = Random(seed)
        self.source_ids = [self._uuid(), self._uuid()]
        self.flow_ids: set[str] = set()
        self.object_ids: set[str] = set()
        self.registering: dict[str, str] = {}
        self.told: Counter[tuple[str, str]] = Counter()
        self._flows: dict[str, int] = {}
        self._uploaded: set[str] = set()
        self._archive = archive
        self._astray = astray
        self._api = httpx.Client(base_url=api_url, timeout=120)
        self._media = httpx.Client(timeout=120)

    def act(self) -> None:
        """Something that clients do, chosen at random."""
        acts: list[tuple[int, Callable[[str], None]]] = [
            (3, self._label),
            (2, self._label_elsewhere),
            (6, self._ingest),
            (4, self._ingest_by_upload),
            (2, self._delete_segments),
            (1, self._delete_flow),
            (3, self._copy),
            (2, self._use_again),
        ]
        if len(self._flows) < 2:
            self._create()
            return
        weights = [weight for weight, _ in acts]
        (act,) = self.random.choices([act for _, act in acts], weights)
        act(self.random.choice(sorted(self._flows)))

    def close(self) -> None:
        self._api.close()
        self._media.close()

    def _ask(self, method: str, path: str, **arguments: Any) -> httpx.Response | None:
        """The response. None if there was none, so the outcome is unknown."""
        try:
            response = self._api.request(method, path, **arguments)
        except httpx.TransportError:
            return None
        if response.status_code in PASSING:
            return None
        assert response.status_code < 500, f"{method} {path}: {response.text}"
        return response

    def _create(self) -> None:
        flow_id = self._uuid()
        self.flow_ids.add(flow_id)
        body = a_video_flow_body(id=flow_id, source_id=self.random.choice(self.source_ids))
        response = self._ask("PUT", f"/flows/{flow_id}", json=body)
        if response is not None and response.status_code == 201:
            self.told["flows/created", flow_id] += 1
            self._flows[flow_id] = 0

    def _label(self, flow_id: str) -> None:
        label = str(self.random.random())
        response = self._ask("PUT", f"/flows/{flow_id}/label", json=label)
        if response is not None and response.status_code == 204:
            self.told["flows/updated", flow_id] += 1

    def _label_elsewhere(self, flow_id: str) -> None:
        if self._astray.label(flow_id, str(self.random.random())):
            self.told["flows/updated", flow_id] += 1

    def _ingest(self, flow_id: str) -> None:
        allocated = self._allocated(flow_id, {"limit": self.random.randint(1, 4)})
        entries = [entry for entry in allocated if self._upload(entry)]
        posts = [
            {"object_id": entry["object_id"], **self._next_place(flow_id)} for entry in entries
        ]
        if posts:
            self._register(flow_id, posts)

    def _ingest_by_upload(self, flow_id: str) -> None:
        """Some uploads never come."""
        count = self.random.randint(1, 3)
        segments = [self._next_place(flow_id) for _ in range(count)]
        for entry in self._allocated(flow_id, {"segments": segments}):
            if self.random.random() < 0.8 and self._upload(entry):
                self.registering[entry["object_id"]] = flow_id

    def _register(self, flow_id: str, posts: list[Json]) -> None:
        response = self._ask("POST", f"/flows/{flow_id}/segments", json=posts)
        if response is not None and response.status_code == 201:
            self.told["flows/segments_added", flow_id] += 1

    def _delete_segments(self, flow_id: str) -> None:
        last = self._flows[flow_id]
        start = self.random.randint(0, last)
        timerange = f"[{start}:0_{start + self.random.randint(1, 20)}:0)"
        self._ask("DELETE", f"/flows/{flow_id}/segments", params={"timerange": timerange})

    def _delete_flow(self, flow_id: str) -> None:
        response = self._ask("DELETE", f"/flows/{flow_id}")
        del self._flows[flow_id]
        if response is not None and response.status_code in {202, 204}:
            self.told["flows/deleted", flow_id] += 1

    def _copy(self, _flow_id: str) -> None:
        """Ask for an instance, or take one away; what there is none of is refused."""
        if not self._uploaded:
            return
        object_id = self.random.choice(sorted(self._uploaded))
        path = f"/objects/{object_id}/instances"
        if self.random.random() < 0.7:
            self._ask("POST", path, json={"storage_id": self._archive})
        else:
            self._ask("DELETE", path, params={"storage_id": self._archive})

    def _use_again(self, flow_id: str) -> None:
        if self._uploaded:
            object_id = self.random.choice(sorted(self._uploaded))
            self._register(flow_id, [{"object_id": object_id, **self._next_place(flow_id)}])

    def _allocated(self, flow_id: str, body: Json) -> list[Json]:
        response = self._ask("POST", f"/flows/{flow_id}/storage", json=body)
        if response is None or response.status_code != 201:
            return []
        entries: list[Json] = response.json()["media_objects"]
        self.object_ids |= {entry["object_id"] for entry in entries}
        return entries

    def _upload(self, entry: Json) -> bool:
        """Whether S3 has said that it has the bytes."""
        put_url = entry["put_url"]
        headers = {"Content-Type": put_url["content-type"], **put_url.get("headers", {})}
        try:
            answer = self._media.put(put_url["url"], content=b"media", headers=headers)
        except httpx.TransportError:
            return False
        if answer.is_success:
            self._uploaded.add(entry["object_id"])
        return answer.is_success

    def _next_place(self, flow_id: str) -> Json:
        """Every Object is one second long, on its own timeline from zero."""
        start = self._flows[flow_id]
        self._flows[flow_id] += 1
        return {"timerange": f"[{start}:0_{start + 1}:0)", "ts_offset": f"{start}:0"}

    def _uuid(self) -> str:
        return str(UUID(int=self.random.getrandbits(128), version=4))
