"""Steps that many tests share."""

from typing import Any

import httpx
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from local.stack import Stack
from tests.receiver import Received, Receiver
from tests.waiting import until

Json = dict[str, Any]


def segment(object_id: str, start: float, end: float, **fields: Any) -> Json:
    """A Segment of `[start_end)`, in seconds."""
    return {"object_id": object_id, "timerange": f"[{stamp(start)}_{stamp(end)})", **fields}


def stamp(seconds: float) -> str:
    """A timestamp of whole milliseconds."""
    whole, milliseconds = divmod(round(seconds * 1000), 1000)
    return f"{whole}:{milliseconds * 1_000_000}"


def post(api: httpx.Client, flow: Json, body: object) -> httpx.Response:
    """Register one Segment, or a list."""
    return api.post(f"/flows/{flow['id']}/segments", json=body)


def added(api: httpx.Client, flow: Json, *segments: Json) -> list[Json]:
    """Register Segments that are in order."""
    response = post(api, flow, list(segments))
    assert response.status_code == 201, response.text
    return list(segments)


def copied(api: httpx.Client, object_id: str, storage_id: str) -> None:
    """Make an instance on a backend, and wait for it."""
    path, query = f"/objects/{object_id}", {"accept_storage_ids": storage_id}
    response = api.post(f"{path}/instances", json={"storage_id": storage_id})
    assert response.status_code == 201, response.text
    until(lambda: bool(api.get(path, params=query).json()["get_urls"]))


def segments_of(api: httpx.Client, flow: Json, **query: Any) -> list[Json]:
    response = api.get(f"/flows/{flow['id']}/segments", params=query)
    assert response.status_code == 200, response.text
    found: list[Json] = response.json()
    return found


def timeranges(segments: list[Json]) -> list[str]:
    return [each["timerange"] for each in segments]


def put(api: httpx.Client, flow: Json, **changes: Any) -> httpx.Response:
    """Replace a Flow by itself with other fields; None leaves one out."""
    body = {name: value for name, value in {**flow, **changes}.items() if value is not None}
    return api.put(f"/flows/{flow['id']}", json=body)


def flow_of(api: httpx.Client, flow: Json, **query: Any) -> Json:
    response = api.get(f"/flows/{flow['id']}", params=query)
    assert response.status_code == 200, response.text
    found: Json = response.json()
    return found


def read_only(api: httpx.Client, flow: Json, value: bool) -> None:
    assert api.put(f"/flows/{flow['id']}/read_only", json=value).status_code == 204


def uploaded(
    api: httpx.Client, flow: Json, count: int = 1, content: bytes = b"media", **fields: Any
) -> list[str]:
    """Ids of Objects allocated for a Flow, with their bytes where they belong."""
    response = api.post(f"/flows/{flow['id']}/storage", json={"limit": count, **fields})
    assert response.status_code == 201, response.text
    entries = response.json()["media_objects"]
    for entry in entries:
        put_url = entry["put_url"]
        headers = {"Content-Type": put_url["content-type"]}
        assert httpx.put(put_url["url"], content=content, headers=headers).status_code == 200
    return [entry["object_id"] for entry in entries]


def signed_by_client(
    stack: Stack, method: str, url: str, headers: dict[str, str], content: bytes = b""
) -> dict[str, str]:
    """Headers for a request to the object store by a client that has its own keys."""
    keys = stack.s3_credentials
    request = AWSRequest(method, url, data=content, headers=headers)
    credentials = Credentials(keys.access_key, keys.secret_key)
    S3SigV4Auth(credentials, "s3", "us-east-1").add_auth(request)
    return dict(request.headers.items())


def urls(api: httpx.Client, used: tuple[Json, str], **query: Any) -> list[Json]:
    """Those of an Object that one Segment of a Flow uses. The Segment and the Object must show the same."""
    flow, object_id = used
    (listed,) = segments_of(api, flow, **query)
    response = api.get(f"/objects/{object_id}", params=query)
    assert response.status_code == 200, response.text
    found: list[Json] = listed["get_urls"]
    read: list[Json] = response.json()["get_urls"]
    assert [_without_signature(each) for each in read] == [
        _without_signature(each) for each in found
    ]
    return found


def _without_signature(entry: Json) -> Json:
    return {**entry, "url": entry["url"].partition("?")[0]}


def arrived(inbox: Receiver, event_type: str, count: int = 1) -> list[Received]:
    def all_there(it: Receiver) -> bool:
        return sum(each.event_type == event_type for each in it.distinct) >= count

    return [each for each in inbox.wait_for(all_there) if each.event_type == event_type]
