"""Listings as a caller gets them: followed page by page, with every page checked against the paging rules."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import httpx

from local.stack import Stack
from tests.access.classes_model import PEOPLE, Person
from tests.access.conftest import Api

Json = dict[str, Any]
READERS = tuple(each for each in PEOPLE if "read" in each.scopes)
FACTS = ("x-paging-count", "x-paging-limit", "x-paging-nextkey", "x-paging-reverse-order", "link")


@contextmanager
def callers(stack: Stack) -> Iterator[dict[str, Api]]:
    """A client for each of PEOPLE, by name."""
    with ExitStack() as open_clients:
        yield {each.name: open_clients.enter_context(Api(stack, each.name)) for each in PEOPLE}


def page(api: httpx.Client, path: str, **query: Any) -> httpx.Response:
    """One page, which counts what is in it; for the first page HEAD has the same headers."""
    answer = api.get(path, params=query)
    assert answer.status_code == 200, answer.text
    if "page" not in query:
        head = api.head(path, params=query)
        assert head.status_code == 200
        assert [head.headers.get(each) for each in FACTS] == [
            answer.headers.get(each) for each in FACTS
        ]
        assert head.content == b""
    if "x-paging-count" in answer.headers:
        assert answer.headers["x-paging-count"] == str(len(answer.json()))
    return answer


def listed(api: httpx.Client, path: str, *, limit: int, **query: Any) -> list[Json]:
    """All of a listing. Each page but the last is full, and behind the last there is nothing more."""
    found: list[Json] = []
    asked: dict[str, Any] = {**query, "limit": str(limit)}
    while True:
        answer = page(api, path, **asked)
        found += answer.json()
        if "x-paging-nextkey" not in answer.headers:
            assert "link" not in answer.headers
            assert answer.json() or len(found) == 0, "the page before had no next link"
            return found
        assert len(answer.json()) == limit
        asked["page"] = answer.headers["x-paging-nextkey"]


def ids(items: list[Json]) -> list[str]:
    return [each["id"] for each in items]


def readable(person: Person, items: list[Json]) -> list[str]:
    """Ids of those of an admin's items that this person may read."""
    return [each["id"] for each in items if person.may("read", classes_of(each))]


def classes_of(item: Json) -> set[str]:
    value = item.get("tags", {}).get("auth_classes", [])
    return {value} if isinstance(value, str) else set(value)
