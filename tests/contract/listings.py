"""Everything that is paged, with enough items of each to fill several pages."""

from uuid import uuid4

import httpx

from tests.contract.steps import Json, added, segment
from tests.maker import Maker

COUNT, REVERSE, TIMERANGE = "X-Paging-Count", "X-Paging-Reverse-Order", "X-Paging-Timerange"
LISTINGS = [
    ("/service/storage-backends", {COUNT, REVERSE}),
    ("/service/profiles", set[str]()),
    ("/service/webhooks", {COUNT, REVERSE}),
    ("/sources", {COUNT, REVERSE}),
    ("/flows", {COUNT, REVERSE}),
    ("/flows/{id}/segments", {COUNT, REVERSE, TIMERANGE}),
    ("/objects/{id}", set[str]()),
    ("/flow-delete-requests", {COUNT, REVERSE}),
]
"""Paths of listings, and the headers of each."""

Listing = tuple[str, dict[str, str]]


def prepared(api: httpx.Client, make: Maker, path: str, *, at_once_segments: int) -> Listing:
    """Path and filters of a listing with three items at least.

    More Segments than `at_once_segments` are deleted in the background.
    """
    mark, filters = str(uuid4()), dict[str, str]()
    match path:
        case "/flows/{id}/segments":
            flow = make.flow()
            make.segments(flow["id"], 3)
            path = f"/flows/{flow['id']}/segments"
        case "/objects/{id}":
            flow = make.flow()
            (object_id,) = make.objects(flow["id"], 1)
            for each in (flow, make.flow(), make.flow()):
                added(api, each, segment(object_id, 0, 1))
            path = f"/objects/{object_id}"
        case "/flow-delete-requests":
            for _ in range(3):
                flow = make.flow()
                make.segments(flow["id"], at_once_segments + 1)
                assert api.delete(f"/flows/{flow['id']}").status_code == 202
        case "/service/storage-backends":
            pass
        case "/service/webhooks":
            for _ in range(3):
                body: Json = {"url": "http://127.0.0.1:1024", "events": [], "tags": {"m": mark}}
                api.post(path, json=body)
            filters = {"tag.m": mark}
        case "/service/profiles":
            technical = make.flow()
            metadata = {name: technical[name] for name in ("format", "codec", "essence_parameters")}
            for _ in range(3):
                profile = {"id": str(uuid4()), "label": mark, "flow_metadata": metadata}
                api.post(f"{path}/{profile['id']}", json=profile)
            filters = {"label": mark}
        case _:
            for _ in range(3):
                make.flow(label=mark)
            filters = {"label": mark}
    return path, filters
