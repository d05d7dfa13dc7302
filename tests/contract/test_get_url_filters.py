"""URL-1…10, URL-13 and URL-21: which URLs of an Object are shown, in Segments and in Objects."""

from uuid import uuid4

import httpx
import pytest

from tests.contract.conftest import Backends
from tests.contract.steps import Json, segments_of, urls

ALL = {"local", "archive", None, "cdn", "tape"}
"""Labels of all URLs of the Object."""


def labels(entries: list[Json]) -> set[str | None]:
    return {each.get("label") for each in entries}


def test_URL_1_a_segment_without_urls_is_listed_all_the_same(
    api: httpx.Client, used: tuple[Json, str]
) -> None:
    assert urls(api, used, accept_get_urls="nowhere") == []


def test_URL_2_filters_apply_to_the_init_object_too(
    api: httpx.Client, used: tuple[Json, str], backends: Backends
) -> None:
    flow, object_id = used

    for query, expected in (
        ({}, {"local", "archive", None}),
        ({"accept_get_urls": "archive"}, {"archive"}),
        ({"accept_storage_ids": backends.unlabelled}, {None}),
        ({"storage_backend_tag.tier": "hot"}, {"local"}),
        ({"storage_backend_tag_exists.tier": "false"}, {None}),
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
        {"storage_backend_tag.a": "b,"},
    ],
)
def test_URL_21_a_list_that_makes_no_sense_is_refused(
    api: httpx.Client, used: tuple[Json, str], query: Json
) -> None:
    flow, object_id = used

    for path in (f"/flows/{flow['id']}/segments", f"/objects/{object_id}"):
        assert api.get(path, params=query).status_code == 400
