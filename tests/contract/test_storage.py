"""STO: storage allocated and written to. test_object_lifetime.py covers how it is reclaimed."""

import base64
import hashlib
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx
import pytest

from local.stack import Stack
from tams.errors import InvalidRequestError
from tams.models.flow_storage import FlowStoragePost
from tams.timing.timestamp import Timestamp
from tests.contract.conftest import Backends
from tests.contract.steps import Json, added, read_only, segment, segments_of, signed_by_client
from tests.maker import Maker
from tests.services import Services


def ask(api: httpx.Client, flow: Json, body: object) -> httpx.Response:
    return api.post(f"/flows/{flow['id']}/storage", json=body)


def allocated(api: httpx.Client, flow: Json, **body: Any) -> list[Json]:
    response = ask(api, flow, body)
    assert response.status_code == 201, response.text
    objects: list[Json] = response.json()["media_objects"]
    return objects


def upload(entry: Json, content: bytes = b"media", headers: Json | None = None) -> httpx.Response:
    put_url = entry["put_url"]
    sent = {"Content-Type": put_url["content-type"], **(headers or {})}
    return httpx.put(put_url["url"], content=content, headers=sent)


def test_STO_1_storage_is_a_list_of_objects_with_urls_to_put_them_to(
    api: httpx.Client, flow: Json
) -> None:
    body = ask(api, flow, {"limit": 2}).json()

    assert body.keys() == {"media_objects"}
    for entry in body["media_objects"]:
        assert entry.keys() == {"object_id", "put_url", "presigned"}
        assert upload(entry).status_code == 200


def test_STO_2_no_body_asks_for_what_the_service_sees_fit(api: httpx.Client, flow: Json) -> None:
    bare = api.post(f"/flows/{flow['id']}/storage")

    assert bare.status_code == 201
    assert bare.json()["media_objects"]
    assert len(allocated(api, flow)) == len(bare.json()["media_objects"])


def test_STO_3_a_number_or_ids_are_asked_for_and_not_both(api: httpx.Client, flow: Json) -> None:
    object_id = str(uuid4())

    assert ask(api, flow, {"limit": 1, "object_ids": [object_id]}).status_code == 400
    assert allocated(api, flow, object_ids=[object_id])[0]["object_id"] == object_id


def test_STO_4_a_limit_is_the_number_of_objects(api: httpx.Client, flow: Json) -> None:
    for limit in (1, 7):
        assert len(allocated(api, flow, limit=limit)) == limit
    assert 1 <= len(allocated(api, flow, limit=1_000_000)) <= 1_000_000
    wrong: list[Any] = [0, -1, "2", 1.5]
    for bad in wrong:
        assert ask(api, flow, {"limit": bad}).status_code == 400, bad


def test_STO_5_object_ids_are_taken_as_given_unless_one_is_in_use(
    api: httpx.Client, flow: Json
) -> None:
    ids = [f"{uuid4()}/{name}" for name in ("b", "a")]

    assert [entry["object_id"] for entry in allocated(api, flow, object_ids=ids)] == ids
    fresh = str(uuid4())
    for bad in ([fresh, ids[0]], [fresh, fresh], []):
        assert ask(api, flow, {"object_ids": bad}).status_code == 400, bad
    assert allocated(api, flow, object_ids=[fresh])[0]["object_id"] == fresh


def test_STO_6_ids_of_the_services_making_are_new_every_time(api: httpx.Client, flow: Json) -> None:
    ids = [entry["object_id"] for _ in range(3) for entry in allocated(api, flow, limit=50)]

    assert len({each[:8] for each in ids}) == len(ids)
    assert len({each[-8:] for each in ids}) == len(ids)


def test_STO_7_storage_is_on_the_backend_that_was_named_or_the_default_one(
    api: httpx.Client, flow: Json, backends: Backends
) -> None:
    for storage_id, expected in ((backends.archive, backends.archive), (None, backends.local)):
        body = {"limit": 1} | ({"storage_id": storage_id} if storage_id else {})
        (entry,) = allocated(api, flow, **body)
        start = len(segments_of(api, flow))
        added(api, flow, segment(entry["object_id"], start, start + 1))
        listed = segments_of(api, flow, verbose_storage="true")[-1]
        assert [url["storage_id"] for url in listed["get_urls"]] == [expected]
    for bad in (str(uuid4()), "x", 1):
        assert ask(api, flow, {"limit": 1, "storage_id": bad}).status_code == 400, bad


def test_STO_8_without_a_default_backend_one_has_to_be_named(
    services: Services, flow: Json, backends: Backends
) -> None:
    storage = services.media_storage
    storage = replace(storage, backends=[b for b in storage.backends if not b.default_storage])

    assert storage.allocate(flow["id"], FlowStoragePost(storage_id=backends.archive)).media_objects
    with pytest.raises(InvalidRequestError, match="storage_id"):
        storage.allocate(flow["id"], FlowStoragePost())


def test_STO_9_the_flow_must_exist_be_writable_and_have_a_container(
    api: httpx.Client, make: Maker, flow: Json
) -> None:
    assert ask(api, make.flow(container=None), {"limit": 1}).status_code == 400
    assert ask(api, {"id": str(uuid4())}, {"limit": 1}).status_code == 404
    assert ask(api, {"id": "x"}, {"limit": 1}).status_code == 404
    read_only(api, flow, True)
    assert ask(api, flow, {"limit": 1}).status_code == 403


def test_STO_10_the_url_says_what_type_to_send(api: httpx.Client, make: Maker) -> None:
    for container in ("video/mp2t", "audio/mp4"):
        (entry,) = allocated(api, make.flow(container=container), limit=1)
        assert entry["put_url"]["url"].startswith("http")
        assert entry["put_url"]["content-type"] == container
    fragmented = make.flow(init_segments=True, container="video/iso.segment")
    (init,) = allocated(api, fragmented, limit=1, content_type="video/mp4")
    assert init["put_url"]["content-type"] == "video/mp4"


def test_STO_11_urls_are_presigned_unless_plain_ones_are_asked_for(
    api: httpx.Client, flow: Json
) -> None:
    def signed(**body: Any) -> set[bool]:
        urls = [entry["put_url"]["url"] for entry in allocated(api, flow, limit=2, **body)]
        return {"X-Amz-Signature" in parse_qs(urlsplit(url).query) for url in urls}

    assert signed() == signed(presigned=True) == {True}
    assert signed(presigned=False) == {False}
    assert ask(api, flow, {"presigned": "yes"}).status_code == 400


def test_STO_12_each_object_tells_whether_its_url_is_presigned(
    api: httpx.Client, flow: Json
) -> None:
    assert [entry["presigned"] for entry in allocated(api, flow, limit=2)] == [True, True]
    (plain,) = allocated(api, flow, limit=1, presigned=False)
    assert not plain.get("presigned", False)


def test_STO_13_a_presigned_url_lives_as_long_as_the_service_promises(
    api: httpx.Client, flow: Json
) -> None:
    promised = int(api.get("/service").json()["min_presigned_url_timeout"].partition(":")[0])

    (entry,) = allocated(api, flow, limit=1)

    (lives,) = parse_qs(urlsplit(entry["put_url"]["url"]).query)["X-Amz-Expires"]
    assert int(lives) >= promised


def test_STO_14_nothing_has_to_be_done_before_an_upload_from_a_browser(
    api: httpx.Client, flow: Json
) -> None:
    body = ask(api, flow, {"limit": 1}).json()
    (entry,) = body["media_objects"]
    url = entry["put_url"]["url"]

    wish = {"Origin": "https://edit.example.com", "Access-Control-Request-Method": "PUT"}
    preflight = httpx.options(
        url, headers={**wish, "Access-Control-Request-Headers": "content-type"}
    )

    assert "pre" not in body
    assert "put_cors_url" not in entry
    assert preflight.is_success
    assert preflight.headers["Access-Control-Allow-Origin"]


def test_STO_15_a_plain_url_is_not_on_our_origin_and_takes_the_stores_credentials(
    api: httpx.Client, flow: Json, stack: Stack
) -> None:
    (entry,) = allocated(api, flow, limit=1, presigned=False)
    url = entry["put_url"]["url"]

    assert urlsplit(url).netloc != urlsplit(str(api.base_url)).netloc
    assert upload(entry).status_code in {400, 401, 403}
    sent = {"Content-Type": flow["container"]}
    headers = signed_by_client(stack, "PUT", url, sent, b"media")
    assert upload(entry, headers=headers).status_code == 200


def test_STO_19_objects_of_any_size_are_taken(api: httpx.Client, flow: Json) -> None:
    small, large = allocated(api, flow, limit=2)

    for entry, content in ((small, b""), (large, b"x" * 20_000_000)):
        assert upload(entry, content).status_code == 200
    added(api, flow, segment(small["object_id"], 0, 1), segment(large["object_id"], 1, 2))

    sizes = [len(httpx.get(each["get_urls"][0]["url"]).content) for each in segments_of(api, flow)]
    assert sizes == [0, 20_000_000]


def test_STO_20_media_is_put_with_the_type_that_was_said_and_no_other(
    api: httpx.Client, flow: Json
) -> None:
    (entry,) = allocated(api, flow, limit=1)
    wrong = httpx.put(entry["put_url"]["url"], content=b"x", headers={"Content-Type": "text/plain"})

    assert wrong.status_code == 403
    assert upload(entry).status_code == 200


def test_STO_20_a_url_to_put_media_to_ends_soon_and_is_not_given_again(
    api: httpx.Client, flow: Json
) -> None:
    (entry,) = allocated(api, flow, limit=1)
    assert upload(entry).status_code == 200
    added(api, flow, segment(entry["object_id"], 0, 1))

    (lifetime,) = parse_qs(urlsplit(entry["put_url"]["url"]).query)["X-Amz-Expires"]
    promised = api.get("/service").json()["min_presigned_url_timeout"]
    assert 0 <= int(lifetime) - Timestamp.parse(promised).ns // 10**9 <= 60
    again = api.post(f"/flows/{flow['id']}/storage", json={"object_ids": [entry["object_id"]]})
    assert again.status_code == 400


def test_STO_21_checksum_headers_do_not_break_an_upload(
    api: httpx.Client, flow: Json, stack: Stack
) -> None:
    presigned, refused = allocated(api, flow, limit=2)
    (plain,) = allocated(api, flow, limit=1, presigned=False)
    md5 = base64.b64encode(hashlib.md5(b"media", usedforsecurity=False).digest()).decode()
    sha256 = base64.b64encode(hashlib.sha256(b"media").digest()).decode()

    assert upload(presigned, b"media", {"Content-MD5": md5}).status_code == 200
    assert upload(refused, b"spoilt", {"Content-MD5": md5}).status_code == 400
    sent = {"Content-Type": flow["container"], "x-amz-checksum-sha256": sha256}
    headers = signed_by_client(stack, "PUT", plain["put_url"]["url"], sent, b"media")
    assert upload(plain, headers=headers).status_code == 200
