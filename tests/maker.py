"""A small client of the API: creates things, and reads them back."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx

from tests.builders import a_video_flow_body

Json = Any


class Maker:
    """Creates what a test starts from, over HTTP, and insists that it worked."""

    def __init__(self, api: httpx.Client) -> None:
        self._api = api

    def flow(self, body: Callable[..., dict[str, Any]] = a_video_flow_body, **fields: Any) -> Json:
        """A new Flow with ids of its own; None leaves a field out."""
        made = body(**{"id": str(uuid4()), "source_id": str(uuid4()), **fields})
        flow = {name: value for name, value in made.items() if value is not None}
        response = self._api.put(f"/flows/{flow['id']}", json=flow)
        assert response.status_code == 201, response.text
        return response.json()

    def objects(self, flow_id: str, count: int, **fields: Any) -> list[str]:
        """Ids of Objects allocated for a Flow."""
        response = self._api.post(f"/flows/{flow_id}/storage", json={"limit": count, **fields})
        assert response.status_code == 201, response.text
        return [each["object_id"] for each in response.json()["media_objects"]]

    def segments(
        self, flow_id: str, count: int, *, seconds: int = 2, start: int = 0
    ) -> list[dict[str, Any]]:
        """Consecutive Segments, each on an Object of its own."""
        posts = [
            {
                "object_id": object_id,
                "timerange": f"[{start + n * seconds}:0_{start + (n + 1) * seconds}:0)",
            }
            for n, object_id in enumerate(self.objects(flow_id, count))
        ]
        response = self._api.post(f"/flows/{flow_id}/segments", json=posts)
        assert response.status_code == 201, response.text
        return posts


def all_pages(api: httpx.Client, path: str, **parameters: Any) -> list[Json]:
    """Every page of a listing, by its Link headers."""
    pages = []
    response = api.get(path, params=parameters)
    while True:
        assert response.status_code == 200, response.text
        pages.append(response.json())
        if "next" not in response.links:
            return pages
        response = api.get(response.links["next"]["url"])
