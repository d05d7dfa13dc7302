"""URL-11, URL-12 and URL-14…20: how the URLs of an Object are shown, in Segments and in Objects."""

from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx

from local.stack import Stack
from tams.models.media_object import UncontrolledInstance
from tests.contract.conftest import Backends, Subscribe
from tests.contract.steps import (
    Json,
    added,
    arrived,
    post,
    segment,
    segments_of,
    signed_by_client,
    urls,
)
from tests.maker import Maker
from tests.receiver import Receiver
from tests.services import Services

TOLD = ("store_type", "provider", "region", "availability_zone", "store_product", "tags")
"""Properties of a storage backend besides its id and label."""


def urls_of_init(api: httpx.Client, used: tuple[Json, str], **query: Any) -> list[Json]:
    (listed,) = segments_of(api, used[0], **query)
    found: list[Json] = listed["init_object"]["get_urls"]
    return found


def test_URL_11_urls_are_told_in_short(api: httpx.Client, used: tuple[Json, str]) -> None:
    for query in ({}, {"verbose_storage": "false"}):
        entries = urls(api, used, **query) + urls_of_init(api, used, **query)
        assert len(entries) == 8
        for entry in entries:
            assert entry.keys() <= {"url", "presigned", "label"}


def test_URL_12_urls_are_told_with_their_backend_when_asked_for(
    api: httpx.Client, used: tuple[Json, str], backends: Backends
) -> None:
    known = {each["id"]: each for each in api.get("/service/storage-backends").json()}

    ours = [each for each in urls(api, used, verbose_storage="true") if "storage_id" in each]
    of_init = urls_of_init(api, used, verbose_storage="true")

    everywhere = {backends.local, backends.archive, backends.unlabelled}
    for entries in (ours, of_init):
        assert {each["storage_id"] for each in entries} == everywhere
    for entry in (*ours, *of_init):
        backend = known[entry["storage_id"]]
        assert {name: entry.get(name) for name in TOLD} == {
            name: backend.get(name) for name in TOLD
        }
        assert entry["controlled"] is True


def test_URL_14_what_is_not_presigned_or_not_ours_is_known_as_such(
    api: httpx.Client, used: tuple[Json, str]
) -> None:
    for entry in urls(api, used, verbose_storage="true"):
        theirs = entry.get("label") in {"cdn", "tape"}
        assert entry.get("presigned", False) is not theirs
        assert entry["controlled"] is not theirs


def test_URL_15_a_url_has_the_label_of_its_backend_or_the_clients(
    api: httpx.Client, used: tuple[Json, str], backends: Backends
) -> None:
    (unlabelled,) = urls(api, used, accept_storage_ids=backends.unlabelled)
    (cdn,) = urls(api, used, accept_get_urls="cdn")

    assert "label" not in unlabelled
    assert cdn["url"] == f"https://cdn.example.com/{used[1]}"


def test_URL_16_a_presigned_url_lives_as_long_as_the_service_promises(
    api: httpx.Client, used: tuple[Json, str]
) -> None:
    promised = int(api.get("/service").json()["min_presigned_url_timeout"].partition(":")[0])

    for entry in urls(api, used, presigned="true"):
        (lives,) = parse_qs(urlsplit(entry["url"]).query)["X-Amz-Expires"]
        assert int(lives) >= promised
        assert httpx.get(entry["url"]).content == b"media"


def test_URL_18_urls_that_are_not_presigned_are_not_on_our_origin(
    api: httpx.Client, used: tuple[Json, str]
) -> None:
    for entry in urls(api, used, presigned="false"):
        assert urlsplit(entry["url"]).netloc != urlsplit(str(api.base_url)).netloc


def test_URL_20_checksum_headers_do_not_break_a_download(
    api: httpx.Client, used: tuple[Json, str], stack: Stack
) -> None:
    (entry,) = urls(api, used, accept_get_urls="local")
    plain = entry["url"].partition("?")[0]
    mode = {"x-amz-checksum-mode": "ENABLED"}

    etag = httpx.get(entry["url"]).headers["ETag"]
    presigned = httpx.get(entry["url"], headers={"Want-Digest": "md5", "If-Match": etag})
    own_keys = httpx.get(plain, headers=signed_by_client(stack, "GET", plain, mode))

    assert (presigned.status_code, presigned.content) == (200, b"media")
    assert (own_keys.status_code, own_keys.content) == (200, b"media")


def test_a_url_that_no_player_should_open_is_refused(
    api: httpx.Client, make: Maker, used: tuple[Json, str]
) -> None:
    other = make.flow()
    wrong = (
        *("", "/relative", "javascript:alert(1)", "data:text/html,x", "file:///etc/passwd"),
        *("https://a/b\r\nX: y", "https://user:secret@a.example/b", "https://a.example:0/b"),
    )
    for second, url in enumerate(wrong):
        entry = {"url": url, "label": "theirs"}
        sound = {**entry, "url": "https://a.example/b"}
        bad = segment(f"theirs-{uuid4()}", second, second + 1, get_urls=[entry])
        good = segment(f"theirs-{uuid4()}", second, second + 1, get_urls=[sound])

        alone = post(api, other, bad)
        listed = post(api, other, [bad, good])
        instance = api.post(f"/objects/{used[1]}/instances", json=entry)

        statuses = (alone.status_code, listed.status_code, instance.status_code)
        assert statuses == (400, 200, 400), url
        (failed,) = listed.json()["failed_segments"]
        assert failed["object_id"] == bad["object_id"]
        for told in (alone.json(), failed["error"], instance.json()):
            assert "url: must" in told["summary"]
    assert len(segments_of(api, other)) == len(wrong)
    assert "theirs" not in [each.get("label") for each in urls(api, used)]


def test_a_url_stored_before_urls_were_checked_is_not_handed_out(
    api: httpx.Client,
    used: tuple[Json, str],
    services: Services,
    subscribe: Subscribe,
    inbox: Receiver,
) -> None:
    flow, object_id = used
    for label, url in (("script", "javascript:alert(1)"), ("empty", ""), ("good", "https://a.b/c")):
        old = UncontrolledInstance.model_construct(url=url, label=label)
        services.instances.add(object_id, old)

    shown = [each.get("label") for each in urls(api, used)]
    subscribe(inbox, flow["source_id"])
    added(api, flow, segment(object_id, 1, 2, ts_offset="1:0"))
    (event,) = arrived(inbox, "flows/segments_added")
    (told,) = event.event["segments"]

    assert {"good", "cdn"} <= set(shown)
    assert {"script", "empty"}.isdisjoint(shown)
    assert [each.get("label") for each in told["get_urls"]] == shown
    deleted = api.delete(f"/objects/{object_id}/instances", params={"label": "script"})
    assert deleted.status_code == 204
