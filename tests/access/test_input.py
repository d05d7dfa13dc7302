"""Malicious input: ids that would leave their folder, endless bodies, misused URLs."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit
from uuid import uuid4

import httpx
import pytest

from local.environment import MEDIA_BUCKET
from local.stack import Stack
from tests.builders import a_multi_flow_body, a_video_flow_body
from tests.maker import Maker

Json = dict[str, Any]

HOSTILE_IDS = [
    "../x",
    "..",
    ".",
    "/",
    "//",
    "/etc/passwd",
    "a/../../b",
    "..\\..\\x",
    "%2f",
    "%2e%2e%2fx",
    "%252e%252e%252f",
    "a\0b",
    "\0",
    "a\r\nSet-Cookie: x=1",
    "x" * 1_024,
    "é" * 512,
    "\u202egpj.exe",
    "~x",
    "media/../../x",
    "?a=b#c",
    "' OR 1=1 --",
    "${jndi:ldap://x}",
    "caf\u00e9",
    "cafe\u0301",
]


@pytest.fixture
def flow(api: httpx.Client) -> Json:
    made: Json = Maker(api).flow()
    return made


def files(stack: Stack) -> set[Path]:
    return {path for path in stack.data_dir.rglob("*") if path.is_file()}


def allocated(api: httpx.Client, flow: Json, object_id: str) -> Json:
    answer = api.post(f"/flows/{flow['id']}/storage", json={"object_ids": [object_id]})
    assert answer.status_code == 201, answer.text
    put_url: Json = answer.json()["media_objects"][0]["put_url"]
    return put_url


def upload(put_url: Json, content: bytes) -> httpx.Response:
    return httpx.put(
        put_url["url"], content=content, headers={"Content-Type": put_url["content-type"]}
    )


@pytest.mark.parametrize("name", HOSTILE_IDS, ids=ascii)
def test_an_object_lies_in_its_bucket_whatever_its_id(
    name: str, api: httpx.Client, flow: Json, stack: Stack
) -> None:
    object_id = f"{name}{uuid4()}" if len(name) < 1_000 else name
    content = uuid4().bytes
    before = files(stack)

    assert upload(allocated(api, flow, object_id), content).status_code == 200

    home = stack.data_dir / "s3" / MEDIA_BUCKET / "media"
    new = {path for path in files(stack) - before if path.read_bytes() == content}
    assert {path.parent for path in new} == {home}
    segment = {"object_id": object_id, "timerange": "[0:0_1:0)"}
    added = api.post(f"/flows/{flow['id']}/segments", json=segment)
    assert added.status_code == 201, added.text
    (listed,) = api.get(f"/flows/{flow['id']}/segments").json()
    assert listed["object_id"] == object_id
    assert httpx.get(listed["get_urls"][0]["url"]).content == content
    in_path = quote(object_id, safe="")
    if "?" in object_id:  # the gateway would cut it off
        in_path = quote(in_path, safe="")
    if len(in_path) < 3_000:
        found = api.get(f"/objects/{in_path}")
        assert found.json()["id"] == object_id
    api.delete(f"/flows/{flow['id']}")


def test_ids_that_look_the_same_have_bytes_of_their_own(
    api: httpx.Client, flow: Json, stack: Stack
) -> None:
    """Composed and decomposed, escaped and not: each is another id."""
    mark = str(uuid4())
    names = ["caf\u00e9", "cafe\u0301", "a/b", "a%2Fb", "a%252Fb", "~a", "%7Ea", "A", "a"]
    for number, name in enumerate(names):
        put_url = allocated(api, flow, f"{name}{mark}")
        assert upload(put_url, bytes([number])).status_code == 200
        segment = {"object_id": f"{name}{mark}", "timerange": f"[{number}:0_{number + 1}:0)"}
        assert api.post(f"/flows/{flow['id']}/segments", json=segment).status_code == 201

    listed = api.get(f"/flows/{flow['id']}/segments").json()

    assert [httpx.get(each["get_urls"][0]["url"]).content for each in listed] == [
        bytes([number]) for number in range(len(names))
    ]
    api.delete(f"/flows/{flow['id']}")


def changed(url: str, **query: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(query=urlencode({**dict(parse_qsl(parts.query)), **query})))


def test_a_url_to_put_is_good_for_one_key_one_method_one_type_and_its_time(
    api: httpx.Client, flow: Json
) -> None:
    put_url, other = (allocated(api, flow, str(uuid4())) for _ in range(2))
    url, kind = put_url["url"], {"Content-Type": put_url["content-type"]}
    elsewhere = urlunsplit(urlsplit(url)._replace(path=urlsplit(other["url"]).path))
    above = urlunsplit(urlsplit(url)._replace(path="/" + MEDIA_BUCKET))

    refused = {
        "another key": httpx.put(elsewhere, content=b"x", headers=kind),
        "the bucket": httpx.get(above),
        "another type": httpx.put(url, content=b"x", headers={"Content-Type": "text/html"}),
        "no type": httpx.put(url, content=b"x"),
        "to read": httpx.get(url),
        "to delete": httpx.delete(url),
        "for longer": httpx.put(
            changed(url, **{"X-Amz-Expires": "604800"}), content=b"x", headers=kind
        ),
        "later": httpx.put(
            changed(url, **{"X-Amz-Date": "20300101T000000Z"}), content=b"x", headers=kind
        ),
    }

    assert {why: it.status_code for why, it in refused.items()} == dict.fromkeys(refused, 403)
    assert upload(put_url, b"x").status_code == 200


def test_a_url_to_get_is_good_for_one_key_and_for_nothing_else(
    api: httpx.Client, flow: Json
) -> None:
    for number in range(2):
        object_id = str(uuid4())
        assert upload(allocated(api, flow, object_id), b"x").status_code == 200
        segment = {"object_id": object_id, "timerange": f"[{number}:0_{number + 1}:0)"}
        assert api.post(f"/flows/{flow['id']}/segments", json=segment).status_code == 201
    listed = api.get(f"/flows/{flow['id']}/segments").json()
    urls = [each["get_urls"][0]["url"] for each in listed]

    elsewhere = urlunsplit(urlsplit(urls[0])._replace(path=urlsplit(urls[1]).path))
    assert httpx.get(urls[0]).status_code == 200
    for answer in (
        httpx.get(elsewhere),
        httpx.put(urls[0], content=b"y"),
        httpx.delete(urls[0]),
        httpx.get(changed(urls[0], **{"X-Amz-Expires": "604800"})),
    ):
        assert answer.status_code == 403
    api.delete(f"/flows/{flow['id']}")


def too_much() -> dict[str, tuple[str, str, Any]]:
    """A request each that is larger than anybody needs."""
    video = a_video_flow_body(id=str(uuid4()), source_id=str(uuid4()))
    multi = a_multi_flow_body(id=str(uuid4()), source_id=str(uuid4()))
    ids = [str(uuid4()) for _ in range(30_000)]
    members = [{"id": each} for each in ids]
    path = f"/flows/{video['id']}"
    hook = {"url": "https://example.com", "events": ["flows/created"]}
    deep: Any = []
    for _ in range(900):
        deep = [deep]
    return {
        "a label": ("PUT", path, video | {"label": "x" * 200_000}),
        "tags": ("PUT", path, video | {"tags": {f"t{i}": "v" for i in range(50_000)}}),
        "a tag": ("PUT", path, video | {"tags": {"t": ids}}),
        "depth": ("PUT", path, video | {"tags": deep}),
        "a collection": (
            "PUT",
            f"/flows/{multi['id']}",
            multi | {"flow_collection": members},
        ),
        "filters": ("POST", "/service/webhooks", hook | {"flow_ids": ids}),
        "a URL": ("POST", "/service/webhooks", hook | {"url": "https://e.com/" + "x" * 200_000}),
        "a description": ("POST", "/service", {"description": "x" * 200_000}),
    }


@pytest.mark.parametrize("what", too_much())
def test_too_much_of_anything_is_the_clients_fault(what: str, api: httpx.Client) -> None:
    method, path, body = too_much()[what]

    answer = api.request(method, path, json=body)

    assert answer.status_code == 400, answer.text
    assert len(answer.text) < 1_000


def test_a_body_beyond_the_limit_is_413_and_a_page_of_any_size_is_bounded(
    api: httpx.Client,
) -> None:
    assert api.put(f"/flows/{uuid4()}", json={"label": "x" * 5_000_000}).status_code == 413
    assert api.get("/flows?limit=1000000000").headers["x-paging-limit"] == "1000"


def test_every_answer_keeps_a_browser_from_doing_harm_with_it(api: httpx.Client) -> None:
    for path in ("/flows", f"/flows/{uuid4()}", "/service", "/nowhere", "/openapi.json"):
        headers = api.get(path).headers
        assert headers["x-content-type-options"] == "nosniff", path
        assert headers["referrer-policy"] == "no-referrer", path
        assert headers["cache-control"] == "no-store", path
        assert "default-src 'none'" in headers["content-security-policy"], path
        assert "max-age=" in headers["strict-transport-security"], path
    page = api.get("/docs").headers["content-security-policy"]
    assert "frame-ancestors 'none'" in page
    assert "script-src 'self'" in page
