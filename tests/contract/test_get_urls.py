"""URL: which URLs of an Object are told, and how. The same for Segments and for Objects."""

from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx
import pytest

from tests.api.maker import Maker
from tests.contract.conftest import Backends
from tests.contract.steps import Json, added, segment, segments_of, uploaded

VERBOSE = {"storage_id", "store_type", "provider", "region", "store_product", "tags", "controlled"}


@pytest.fixture
def used(api: httpx.Client, make: Maker, backends: Backends) -> tuple[Json, str]:
    """A Flow, and the Object its Segment uses: on three backends, and at two URLs of its client's.

    So is its init Object, but for the URLs.
    """
    flow = make.flow(init_segments=True, container="video/iso.segment")
    init_id, object_id = uploaded(api, flow, 2)
    added(api, flow, segment(object_id, 0, 1, init_object_id=init_id))
    for name in ("cdn", "tape"):
        body = {"url": f"https://{name}.example.com/{object_id}", "label": name}
        assert api.post(f"/objects/{object_id}/instances", json=body).status_code == 201
    for storage_id in (backends.archive, backends.unlabelled):
        for each in (init_id, object_id):
            body = {"storage_id": storage_id}
            assert api.post(f"/objects/{each}/instances", json=body).status_code == 201
    return flow, object_id


def urls(api: httpx.Client, used: tuple[Json, str], **query: Any) -> list[Json]:
    """Those of the Object, the same in the Segment and in the Object itself."""
    flow, object_id = used
    (listed,) = segments_of(api, flow, **query)
    response = api.get(f"/objects/{object_id}", params=query)
    assert response.status_code == 200, response.text
    found: list[Json] = listed["get_urls"]
    read: list[Json] = response.json()["get_urls"]
    assert [without_signature(each) for each in read] == [without_signature(each) for each in found]
    return found


def without_signature(entry: Json) -> Json:
    return {**entry, "url": entry["url"].partition("?")[0]}


def labels(entries: list[Json]) -> set[str | None]:
    return {each.get("label") for each in entries}


ALL = {"local", "archive", None, "cdn", "tape"}


def test_URL_1_a_segment_without_urls_is_listed_all_the_same(
    api: httpx.Client, used: tuple[Json, str]
) -> None:
    assert urls(api, used, accept_get_urls="nowhere") == []


def test_URL_2_filters_apply_to_the_init_object_too(
    api: httpx.Client, used: tuple[Json, str]
) -> None:
    flow, object_id = used

    for query, expected in (
        ({}, {"local", "archive", None}),
        ({"accept_get_urls": "archive"}, {"archive"}),
        ({"presigned": "false"}, set()),
        ({"accept_get_urls": ""}, set()),
    ):
        (listed,) = segments_of(api, flow, **query)
        read = api.get(f"/objects/{object_id}", params=query).json()
        assert labels(listed["init_object"]["get_urls"]) == expected
        assert labels(read["init_object"]["get_urls"]) == expected


def test_URL_3_a_url_passes_every_filter(
    api: httpx.Client, used: tuple[Json, str], backends: Backends
) -> None:
    query = {"accept_get_urls": "local,archive", "accept_storage_ids": backends.archive}

    assert labels(urls(api, used, **query)) == {"archive"}
    assert urls(api, used, **query, presigned="false") == []
    assert urls(api, used, **{**query, "storage_backend_tag.tier": "hot"}) == []


def test_URL_4_without_a_list_of_labels_all_urls_are_told(
    api: httpx.Client, used: tuple[Json, str]
) -> None:
    assert labels(urls(api, used)) == ALL


def test_URL_5_an_empty_list_of_labels_asks_for_no_urls(
    api: httpx.Client, used: tuple[Json, str]
) -> None:
    assert urls(api, used, accept_get_urls="") == []


def test_URL_6_labels_choose_urls_that_have_one(api: httpx.Client, used: tuple[Json, str]) -> None:
    assert labels(urls(api, used, accept_get_urls="cdn,local")) == {"cdn", "local"}
    assert urls(api, used, accept_get_urls="CDN") == []


def test_URL_7_an_empty_list_of_backends_is_no_filter(
    api: httpx.Client, used: tuple[Json, str]
) -> None:
    assert labels(urls(api, used, accept_storage_ids="")) == ALL


def test_URL_8_backends_choose_urls_that_are_on_one(
    api: httpx.Client, used: tuple[Json, str], backends: Backends
) -> None:
    both = f"{backends.local},{backends.unlabelled}"

    assert labels(urls(api, used, accept_storage_ids=both)) == {"local", None}
    assert urls(api, used, accept_storage_ids=str(uuid4())) == []


def test_URL_9_urls_are_chosen_by_being_presigned(
    api: httpx.Client, used: tuple[Json, str]
) -> None:
    assert labels(urls(api, used, presigned="true")) == {"local", "archive", None}
    assert labels(urls(api, used, presigned="false")) == {"cdn", "tape"}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"storage_backend_tag.tier": "cold"}, {"archive"}),
        ({"storage_backend_tag.tier": "cold,hot"}, {"archive", "local"}),
        ({"storage_backend_tag.site": "salford"}, {"local"}),
        ({"storage_backend_tag.tier": "hot", "storage_backend_tag.site": "leeds"}, set()),
        ({"storage_backend_tag_exists.site": "true"}, {"local"}),
        ({"storage_backend_tag_exists.site": "false"}, ALL - {"local"}),
        ({"storage_backend_tag_exists.tier": "false"}, {None, "cdn", "tape"}),
    ],
)
def test_URL_10_urls_are_chosen_by_the_tags_of_their_backend(
    api: httpx.Client, used: tuple[Json, str], query: Json, expected: set[str | None]
) -> None:
    assert labels(urls(api, used, **query)) == expected


def test_URL_11_urls_are_told_in_short(api: httpx.Client, used: tuple[Json, str]) -> None:
    for query in ({}, {"verbose_storage": "false"}):
        for entry in urls(api, used, **query):
            assert entry.keys() <= {"url", "presigned", "label"}


def test_URL_12_urls_are_told_with_their_backend_when_asked_for(
    api: httpx.Client, used: tuple[Json, str], backends: Backends
) -> None:
    known = {each["id"]: each for each in api.get("/service/storage-backends").json()}

    entries = [each for each in urls(api, used, verbose_storage="true") if "storage_id" in each]

    assert {each["storage_id"] for each in entries} == {
        backends.local,
        backends.archive,
        backends.unlabelled,
    }
    for entry in entries:
        backend = known[entry["storage_id"]]
        told = {name: entry.get(name) for name in VERBOSE - {"storage_id", "controlled"}}
        assert told == {name: backend.get(name) for name in told}
        assert entry["controlled"] is True


def test_URL_13_filters_look_at_what_is_not_told(
    api: httpx.Client, used: tuple[Json, str], backends: Backends
) -> None:
    for query in (
        {"accept_storage_ids": backends.archive},
        {"storage_backend_tag.tier": "cold"},
    ):
        (entry,) = urls(api, used, **query, verbose_storage="false")
        assert entry.keys() == {"url", "presigned", "label"}
        assert entry["label"] == "archive"


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
    api: httpx.Client, used: tuple[Json, str]
) -> None:
    (entry,) = urls(api, used, accept_get_urls="local")

    etag = httpx.get(entry["url"]).headers["ETag"]

    response = httpx.get(entry["url"], headers={"Want-Digest": "md5", "If-Match": etag})

    assert (response.status_code, response.content) == (200, b"media")


@pytest.mark.parametrize(
    "query",
    [
        {"accept_get_urls": "a,"},
        {"accept_get_urls": ",a"},
        {"accept_get_urls": "a,,b"},
        {"accept_storage_ids": "x"},
        {"accept_storage_ids": f"{uuid4()},"},
        {"presigned": "yes"},
        {"verbose_storage": "1"},
        {"storage_backend_tag_exists.a": "maybe"},
    ],
)
def test_URL_21_a_list_that_makes_no_sense_is_refused(
    api: httpx.Client, used: tuple[Json, str], query: Json
) -> None:
    flow, object_id = used

    for path in (f"/flows/{flow['id']}/segments", f"/objects/{object_id}"):
        assert api.get(path, params=query).status_code == 400
