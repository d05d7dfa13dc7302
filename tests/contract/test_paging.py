"""PAG: long responses are paged."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.contract.listings import COUNT, LISTINGS, REVERSE, TIMERANGE, Listing
from tests.maker import Maker

each_listing = pytest.mark.parametrize(
    ("path", "headers"), LISTINGS, ids=[path for path, _ in LISTINGS]
)
each_path = pytest.mark.parametrize("path", [path for path, _ in LISTINGS])


def items(response: httpx.Response) -> list[Any]:
    assert response.status_code == 200, response.text
    body = response.json()
    found: list[Any] = body if isinstance(body, list) else body["referenced_by_flows"]
    return found


def follow(api: httpx.Client, path: str, **query: Any) -> list[httpx.Response]:
    """Every page, by the Link headers."""
    pages = [api.get(path, params=query)]
    while "next" in pages[-1].links:
        pages.append(api.get(pages[-1].links["next"]["url"]))
    return pages


def key_of(item: Any) -> Any:
    return item if isinstance(item, str) else item.get("id") or item["timerange"]


@each_path
def test_PAG_1_a_limit_and_a_page_are_understood_everywhere(
    api: httpx.Client, listing: Callable[[str], Listing], path: str
) -> None:
    path, query = listing(path)

    first = api.get(path, params={**query, "limit": 2})

    assert len(items(first)) == 2
    second = api.get(path, params={**query, "limit": 2, "page": first.headers["X-Paging-NextKey"]})
    assert key_of(items(second)[0]) not in [key_of(each) for each in items(first)]


@each_path
def test_PAG_2_a_link_leads_to_the_next_page_and_nowhere_else(
    api: httpx.Client, listing: Callable[[str], Listing], path: str
) -> None:
    path, query = listing(path)

    for method in ("GET", "HEAD"):
        response = api.request(method, path, params={**query, "limit": 1})
        assert response.links.keys() == {"next"}
        assert httpx.URL(response.links["next"]["url"]).path == path


@each_path
def test_PAG_3_the_last_page_has_no_link(
    api: httpx.Client, listing: Callable[[str], Listing], path: str
) -> None:
    path, query = listing(path)

    last = follow(api, path, **query, limit=2)[-1]

    assert "Link" not in last.headers
    assert "X-Paging-NextKey" not in last.headers
    assert items(last)


@each_path
def test_PAG_4_the_limit_in_force_is_told(
    api: httpx.Client, listing: Callable[[str], Listing], path: str
) -> None:
    path, query = listing(path)

    asked = api.get(path, params={**query, "limit": 2})
    too_many = api.get(path, params={**query, "limit": 1_000_000})
    not_said = api.get(path, params=query)

    assert asked.headers["X-Paging-Limit"] == "2"
    assert 3 <= int(too_many.headers["X-Paging-Limit"]) < 1_000_000
    assert int(not_said.headers["X-Paging-Limit"]) >= 3


@each_path
def test_PAG_6_the_next_key_and_the_link_lead_to_the_same_page(
    api: httpx.Client, listing: Callable[[str], Listing], path: str
) -> None:
    path, query = listing(path)
    first = api.get(path, params={**query, "limit": 1})

    by_link = api.get(first.links["next"]["url"])
    by_key = api.get(path, params={**query, "limit": 1, "page": first.headers["X-Paging-NextKey"]})

    assert [key_of(each) for each in items(by_link)] == [key_of(each) for each in items(by_key)]


@each_listing
def test_PAG_7_the_count_is_that_of_this_page(
    api: httpx.Client, listing: Callable[[str], Listing], path: str, headers: set[str]
) -> None:
    path, query = listing(path)

    for page in follow(api, path, **query, limit=2):
        if COUNT in headers:
            assert page.headers[COUNT] == str(len(items(page)))
        else:
            assert COUNT not in page.headers


@each_listing
def test_PAG_8_the_order_is_told_where_it_can_be_reversed(
    api: httpx.Client, listing: Callable[[str], Listing], path: str, headers: set[str]
) -> None:
    path, query = listing(path)

    for value in ("true", "false"):
        response = api.get(path, params={**query, "reverse_order": value})
        assert response.headers.get(REVERSE) == (value if REVERSE in headers else None)
    if REVERSE in headers:
        assert api.get(path, params=query).headers[REVERSE] == "false"


def test_PAG_9_a_page_of_segments_tells_the_timerange_it_spans(
    api: httpx.Client, make: Maker
) -> None:
    flow = make.flow()
    make.segments(flow["id"], 3, seconds=10)
    path = f"/flows/{flow['id']}/segments"

    def spanned(**query: Any) -> list[str]:
        return [page.headers[TIMERANGE] for page in follow(api, path, **query)]

    assert spanned(limit=2) == ["[0:0_20:0)", "[20:0_30:0)"]
    assert spanned(limit=2, reverse_order="true") == ["[10:0_30:0)", "[0:0_10:0)"]
    assert spanned(timerange="[5:0_6:0)") == ["[0:0_10:0)"]
    assert spanned(timerange="[40:0_") == ["()"]
    assert TIMERANGE not in api.get("/flows", params={"limit": 1}).headers


@each_path
def test_PAG_10_nothing_is_told_twice_or_left_out(
    api: httpx.Client, listing: Callable[[str], Listing], path: str
) -> None:
    path, query = listing(path)

    whole = [key_of(each) for each in items(api.get(path, params={**query, "limit": 1000}))]
    paged = [key_of(each) for page in follow(api, path, **query, limit=1) for each in items(page)]

    assert paged == whole
    assert len(set(paged)) == len(paged) >= 3


def test_PAG_13_of_an_object_only_the_flows_come_in_pages(
    api: httpx.Client, listing: Callable[[str], Listing]
) -> None:
    path, _ = listing("/objects/{id}")

    pages = [page.json() for page in follow(api, path, limit=2)]

    assert [len(page["referenced_by_flows"]) for page in pages] == [2, 1]
    assert len({page["id"] for page in pages}) == 1
    assert all(page["get_urls"] for page in pages)
    assert len(api.get(path).json()["referenced_by_flows"]) == 3
