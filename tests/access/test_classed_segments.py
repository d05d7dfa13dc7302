"""Segments under classes: an unreadable Flow has none, like a Flow that does not exist (SEG-2)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest

from local.stack import Stack
from tests.access.conftest import Api, Backends
from tests.access.listed import callers
from tests.access.steps import add, external, make, registered
from tests.contract.steps import segment

Json = dict[str, Any]


@dataclass(frozen=True)
class Timeline:
    """A Flow with five Segments: the first on the backend of news, the others elsewhere."""

    flow: Json
    object_ids: list[str]
    key: str
    """Of its second page, by two."""

    @property
    def path(self) -> str:
        return f"/flows/{self.flow['id']}/segments"


@pytest.fixture(scope="module")
def api(classed: Stack) -> Iterator[dict[str, Api]]:
    with callers(classed) as it:
        yield it


def timeline(api: dict[str, Api], backends: Backends, *classes: str) -> Timeline:
    admin = api["admin"]
    flow = make(admin, *classes)
    object_ids = [registered(admin, flow, backends.news), *(str(uuid4()) for _ in range(4))]
    for second, object_id in enumerate(object_ids[1:], start=1):
        tags = {"secret": "yes"} if second > 2 else {}
        answer = add(admin, flow, second, object_id, tags=tags, **external("x"))
        assert answer.status_code == 201
    page = admin.get(f"/flows/{flow['id']}/segments", params={"limit": "2"})
    return Timeline(flow, object_ids, page.headers["x-paging-nextkey"])


@pytest.fixture(scope="module")
def of_news(api: dict[str, Api], backends: Backends) -> Timeline:
    return timeline(api, backends, "news")


@pytest.fixture(scope="module")
def of_sport(api: dict[str, Api], backends: Backends) -> Timeline:
    return timeline(api, backends, "sport")


@pytest.fixture(scope="module")
def of_both(api: dict[str, Api], backends: Backends) -> Timeline:
    return timeline(api, backends, "news", "sport")


QUERIES: dict[str, Json] = {
    "nothing": {},
    "a limit": {"limit": "2"},
    "the second page": {"limit": "2", "page": "KEY"},
    "a timerange": {"timerange": "[1:0_3:0)"},
    "a timerange of one page": {"timerange": "_", "limit": "1"},
    "no time": {"timerange": "()"},
    "an Object": {"object_id": "OBJECT"},
    "the other way round": {"reverse_order": "true", "limit": "2"},
    "no URLs": {"accept_get_urls": ""},
    "URLs by label": {"accept_get_urls": "news,x"},
    "URLs of a backend": {"accept_storage_ids": "BACKEND"},
    "URLs with signatures": {"presigned": "true"},
    "URLs by the tags of a backend": {"storage_backend_tag.auth_classes": "news"},
    "where they are": {"verbose_storage": "true"},
    "times of Objects": {"include_object_timerange": "true"},
    "a tag of Segments": {"tag.secret": "yes"},
    "a tag that Segments lack": {"tag_exists.secret": "false", "reverse_order": "true"},
    "classes, which Segments have not": {"tag.auth_classes": "news"},
}


def query(what: str, of: Timeline, backends: Backends) -> Json:
    known = {"KEY": of.key, "OBJECT": of.object_ids[0], "BACKEND": backends.news}
    return {name: known.get(value, value) for name, value in QUERIES[what].items()}


def told(answer: httpx.Response) -> tuple[int, str, dict[str, str]]:
    """All that an answer tells, less what every answer has of its own."""
    own = {"date", "apigw-requestid", "x-amzn-requestid", "x-correlation-id"}
    return (
        answer.status_code,
        answer.text,
        {name: value for name, value in answer.headers.items() if name.lower() not in own},
    )


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("name", ["sport", "nobody"])
@pytest.mark.parametrize("what", QUERIES)
def test_SEG_2_of_a_flow_that_is_hidden_nothing_is_told_that_is_not_told_of_none(
    what: str, name: str, method: str, api: dict[str, Api], of_news: Timeline, backends: Backends
) -> None:
    asked = query(what, of_news, backends)

    hidden = api[name].request(method, of_news.path, params=asked)
    unknown = api[name].request(method, f"/flows/{uuid4()}/segments", params=asked)

    assert told(hidden) == told(unknown)
    assert hidden.status_code == 200
    assert hidden.text == ("[]" if method == "GET" else "")
    assert hidden.headers["x-paging-count"] == "0"
    assert hidden.headers["x-paging-timerange"] == "()"
    assert not {"link", "x-paging-nextkey"} & set(hidden.headers)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("what", QUERIES)
def test_who_may_write_and_not_read_is_told_that_and_no_more(
    what: str, method: str, api: dict[str, Api], of_sport: Timeline, backends: Backends
) -> None:
    asked = query(what, of_sport, backends)

    answer = api["mixed"].request(method, of_sport.path, params=asked)

    assert answer.status_code == 403
    assert not [each for each in answer.headers if each.startswith("x-paging")]
    assert not any(each in answer.text for each in of_sport.object_ids)
    assert api["remover"].request(method, of_sport.path, params=asked).status_code == 403


@pytest.mark.parametrize("name", ["sport", "both", "viewer"])
@pytest.mark.parametrize("what", QUERIES)
def test_readers_get_the_same_segments_as_an_admin_and_urls_of_their_backends(
    what: str, name: str, api: dict[str, Api], of_both: Timeline, backends: Backends
) -> None:
    asked = query(what, of_both, backends)
    everything, mine = (api[each].get(of_both.path, params=asked) for each in ("admin", name))

    assert {k: v for k, v in mine.headers.items() if k.startswith("x-paging") or k == "link"} == {
        k: v for k, v in everything.headers.items() if k.startswith("x-paging") or k == "link"
    }
    for seen, whole in zip(mine.json(), everything.json(), strict=True):
        urls = [unsigned(each) for each in whole.pop("get_urls", [])]
        if name == "sport":
            urls = [each for each in urls if each["label"] != "news"]
        assert [unsigned(each) for each in seen.pop("get_urls", [])] == urls
        assert seen == whole
    if name == "sport":
        assert backends.news not in mine.text


def unsigned(url: Json) -> Json:
    return {**url, "url": url["url"].partition("?")[0]}


@pytest.mark.parametrize(
    "fault",
    [{"limit": "0"}, {"timerange": "x"}, {"page": "x"}, {"reverse_order": "yes"}],
    ids=str,
)
def test_a_request_that_is_wrong_is_so_of_whatever_flow(
    fault: Json, api: dict[str, Api], of_news: Timeline
) -> None:
    hidden = api["sport"].get(of_news.path, params=fault)
    unknown = api["sport"].get(f"/flows/{uuid4()}/segments", params=fault)

    assert hidden.status_code == unknown.status_code == 400
    assert hidden.json()["summary"] == unknown.json()["summary"]


def test_a_hidden_flows_segments_are_not_deleted_by_any_filter(
    api: dict[str, Api], of_news: Timeline, of_sport: Timeline
) -> None:
    for asked in (
        {},
        {"timerange": "_"},
        {"timerange": "()"},
        {"object_id": of_news.object_ids[1]},
    ):
        for name, of, status in (
            ("sport", of_news, 404),
            ("nobody", of_news, 404),
            ("mixed", of_news, 403),
            ("mixed", of_sport, 403),
            ("viewer", of_news, 403),
        ):
            assert api[name].delete(of.path, params=asked).status_code == status, (name, asked)
    for of in (of_news, of_sport):
        assert len(api["admin"].get(of.path).json()) == 5


def test_bulk_writing_into_a_hidden_flow_is_refused_as_a_whole(
    api: dict[str, Api], of_news: Timeline
) -> None:
    posts = [segment(str(uuid4()), 20, 21, **external("x")), segment(of_news.object_ids[0], 0, 1)]
    missing = f"/flows/{uuid4()}/segments"

    for body in (posts, posts[0], posts[1], [], {"no": "segment"}):
        hidden, unknown = (api["sport"].post(it, json=body) for it in (of_news.path, missing))
        assert hidden.status_code == unknown.status_code
        assert hidden.status_code in (400, 404)
    assert len(api["admin"].get(of_news.path).json()) == 5
