"""All that a store answers to reads, and a store with something of everything."""

import re
from collections.abc import Iterator
from itertools import product
from typing import Any
from uuid import uuid4

import httpx

from tests.builders import a_multi_flow_body, a_video_flow_body, an_audio_flow_body
from tests.maker import Maker, all_pages

_SIGNATURE = re.compile(r"X-Amz-[A-Za-z]+=[^&\"\s<]+")
_NOW = re.compile(r'"time": ?"[^"]+"')
_OF_THE_MOMENT = {"/health", "/health/ready"}
_VALUES = {
    "timerange": ["[1:0_3:0)"],
    "reverse_order": ["true"],
    "limit": ["2"],
    "label": ["moved"],
    "format": ["urn:x-nmos:format:video", "urn:x-nmos:format:multi"],
    "codec": ["video/h264"],
    "status": ["ingesting"],
    "frame_width": ["1280"],
    "init_segments": ["true", "false"],
    "include_deleted": ["true"],
    "include_timerange": ["true"],
    "include_object_timerange": ["true"],
    "accept_get_urls": [""],
    "presigned": ["false"],
    "verbose_storage": ["true"],
    "kind": ["flow", "source"],
    "sort_by": ["created", "label"],
    "event_types": ["flows/created"],
    "tag.{name}": ["moved"],
    "tag_exists.{name}": ["true", "false"],
}
"""Of query parameters; each is sent by itself."""

Json = Any
Answer = tuple[int, str, str]


def fill(api: httpx.Client) -> None:
    make = Maker(api)
    marked: dict[str, Any] = {
        "label": "moved",
        "tags": {"a": "moved", "site": ["london", "salford"]},
    }
    video = make.flow(**marked, status="ingesting", description="as it was")
    audio = make.flow(an_audio_flow_body, tags={"retention": "P30D"})
    size = {"frame_width": 640, "frame_height": 360}
    still: dict[str, Any] = {
        "format": "urn:x-tam:format:image",
        "codec": "image/jpeg",
        "essence_parameters": size,
    }
    text: dict[str, Any] = {
        "format": "urn:x-nmos:format:data",
        "codec": "text/vtt",
        "essence_parameters": {},
    }
    make.flow(a_multi_flow_body, **still)
    make.flow(a_multi_flow_body, **text)
    items = [{"id": video["id"], "role": "video"}, {"id": audio["id"], "role": "audio"}]
    make.flow(a_multi_flow_body, flow_collection=items, **marked)
    for flow in (video, audio):
        make.segments(flow["id"], 5, seconds=1)
    _segments_of_all_kinds(api, make)
    _profiles_and_webhooks(api)
    _created_alone(api)
    _deleted(api, make)
    _done(api.post("/service", json={"name": "moved", "description": "once"}))


def _done(response: httpx.Response) -> None:
    assert response.is_success, response.text


def _segments_of_all_kinds(api: httpx.Client, make: Maker) -> None:
    flow = make.flow(init_segments=True, container="video/iso.segment")
    init_id, *media = make.objects(flow["id"], 3)
    segments = [
        {
            "object_id": each,
            "timerange": f"[{at}:0_{at + 1}:0)",
            "init_object_id": init_id,
            "ts_offset": "-1:0" if at else "0:0",
            "tags": {"shot": str(at)},
            "key_frame_count": at,
        }
        for at, each in enumerate(media)
    ]
    answer = api.post(f"/flows/{flow['id']}/segments", json=segments)
    assert answer.status_code == 201, answer.text
    instance = {"url": "https://cdn.example.com/it", "label": "cdn"}
    _done(api.post(f"/objects/{media[0]}/instances", json=instance))
    other = make.flow(init_segments=True, container="video/iso.segment")
    again = {**segments[0], "init_object_id": init_id}
    _done(api.post(f"/flows/{other['id']}/segments", json=again))


def _profiles_and_webhooks(api: httpx.Client) -> None:
    video = a_video_flow_body()
    technical = {
        each: video[each] for each in ("format", "codec", "container", "essence_parameters")
    }
    profile_id = str(uuid4())
    profile = {"id": profile_id, "flow_metadata": technical, "label": "moved"}
    _done(api.post(f"/service/profiles/{profile_id}", json=profile))
    flow = {"id": str(uuid4()), "source_id": str(uuid4()), "profile_id": profile_id}
    _done(api.put(f"/flows/{flow['id']}", json=flow))
    for events in ([], ["flows/created", "flows/segments_added"]):
        hook = {"url": "https://hook.example.com/", "events": events, "tags": {"a": "moved"}}
        hook |= {"api_key_name": "X-Key", "api_key_value": "secret"}
        _done(api.post("/service/webhooks", json=hook))


def _created_alone(api: httpx.Client) -> None:
    source = {"id": str(uuid4()), "format": "urn:x-nmos:format:video", "label": "moved"}
    _done(api.post("/sources", json=source))
    registered = {
        "id": "it/is there",
        "get_urls": [{"url": "https://cdn.example.com/there", "label": "cdn"}],
    }
    _done(api.post("/objects", json=registered))


def _deleted(api: httpx.Client, make: Maker) -> None:
    binned, halved, gone = (make.flow() for _ in range(3))
    for flow in (binned, halved, gone):
        make.segments(flow["id"], 5, seconds=1)
    _done(api.delete(f"/flows/{binned['id']}"))
    path = f"/flows/{halved['id']}/segments"
    _done(api.delete(path, params={"timerange": "[0:0_1:0)"}))
    assert api.delete(path, params={"timerange": "[1:0_5:0)"}).status_code == 202
    assert api.delete(f"/flows/{gone['id']}", params={"soft_delete": "false"}).status_code == 202


def answers_of(api: httpx.Client) -> dict[str, Answer]:
    """By URL and page: what each GET of the service answers, but for signatures and the time of an error."""
    return {f"{url} {number}": each for url in _urls(api) for number, each in _pages(api, url)}


def _pages(api: httpx.Client, first: str) -> Iterator[tuple[int, Answer]]:
    """The event log always has a next page, whose key is another each time: it ends with two like pages."""
    url: str | None = first
    before: Answer | None = None
    for number in range(100):
        assert url is not None
        response = api.get(url)
        text = _SIGNATURE.sub("", response.text)
        if response.is_error:
            text = _NOW.sub("", text)
        answer = (response.status_code, response.headers.get("ETag", ""), text)
        yield number, answer
        url = response.links.get("next", {}).get("url")
        if url is None or answer == before:
            return
        before = answer
    raise AssertionError(f"{first} has no last page")


def _urls(api: httpx.Client) -> Iterator[str]:
    document = api.get("/openapi.json").json()
    ids = _ids(api)
    for path, item in document["paths"].items():
        if "get" not in item or path in _OF_THE_MOMENT or "{token}" in path:
            continue
        named = [name for name in ids if f"{{{name}}}" in path]
        queries = list(_queries(item["get"].get("parameters", ())))
        for values in product(*(ids[name] for name in named)):
            whole = path.format(**dict(zip(named, values, strict=True)))
            for query in queries:
                yield str(httpx.URL(whole, params=query))
            queries = [{}]  # one resource of each kind is read with every parameter


def _queries(parameters: Json) -> Iterator[dict[str, str]]:
    yield {}
    for name in (each.get("name") for each in parameters):
        for value in _VALUES.get(name, ()):
            yield {name.replace("{name}", "a"): value}


def _ids(api: httpx.Client) -> dict[str, list[str]]:
    """Of every resource, by the name of its parameter; of Objects, some of each Flow."""

    def listed(path: str, **query: str) -> list[Json]:
        return [each for page in all_pages(api, path, **query) for each in page]

    flows = [each["id"] for each in listed("/flows")]
    sources = [each["id"] for each in listed("/sources")]
    objects = {
        object_id
        for flow_id in flows
        for each in listed(f"/flows/{flow_id}/segments")[:2]
        for object_id in (each["object_id"], each.get("init_object_id"))
        if object_id
    }
    found = {
        "flowId": flows,
        "sourceId": sources,
        "memberId": sources[:1],
        "collectionId": [each["id"] for each in listed("/collections")],
        "objectId": [*sorted(objects), "it%252Fis%2520there"],
        "webhookId": [each["id"] for each in listed("/service/webhooks")],
        "profileId": [each["id"] for each in listed("/service/profiles")],
        "requestId": [each["id"] for each in listed("/flow-delete-requests")],
        "entryId": [each["id"] for each in listed("/recycle-bin")],
        "name": ["a"],
    }
    assert all(found.values()), "there is one of every kind"
    return found
