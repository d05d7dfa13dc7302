"""Tags of Segments under classes: writing needs the Flow, and answers tell only what a caller may read."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from local.stack import Stack
from tests.access.classes_model import PEOPLE, Person
from tests.access.conftest import Api
from tests.access.listed import callers
from tests.access.steps import add, external, make

Json = dict[str, Any]
CHANGES = [
    ("PUT", "", {"a": "1"}),
    ("PUT", "?replace=true", {"b": "2"}),
    ("PUT", "/c", "3"),
    ("DELETE", "/c", None),
    ("DELETE", "", None),
]


@pytest.fixture(scope="module")
def api(classed: Stack) -> Iterator[dict[str, Api]]:
    with callers(classed) as it:
        yield it


def a_flow(api: dict[str, Api], *classes: str) -> Json:
    flow = make(api["admin"], *classes)
    for second in range(2):
        answer = add(api["admin"], flow, second, str(uuid4()), tags={"a": "0"}, **external("x"))
        assert answer.status_code == 201
    return flow


def tags(api: dict[str, Api], flow: Json) -> list[Json]:
    listed = api["admin"].get(f"/flows/{flow['id']}/segments").json()
    return [each.get("tags", {}) for each in listed]


def change(api: httpx.Client, flow: Json, method: str, path: str, body: Any) -> httpx.Response:
    return api.request(method, f"/flows/{flow['id']}/segments/tags{path}", json=body)


@pytest.mark.parametrize("classes", [("news",), ("sport",), ("news", "sport"), ()], ids=str)
@pytest.mark.parametrize("person", PEOPLE, ids=lambda it: it.name)
def test_who_may_write_a_flow_may_tag_its_segments_and_nobody_else(
    api: dict[str, Api], person: Person, classes: tuple[str, ...]
) -> None:
    flow = a_flow(api, *classes)
    refused = person.status("write", set(classes))
    before = tags(api, flow)

    for each in CHANGES:
        answer = change(api[person.name], flow, *each)
        assert answer.status_code == (refused or 200), answer.text
        if refused:
            assert tags(api, flow) == before
        elif person.may("read", set(classes)):
            assert answer.json()["changed"] == 2
        else:
            assert answer.json() == {}

    assert tags(api, flow) == (before if refused else [{}, {}])


@pytest.mark.parametrize("each", CHANGES, ids=str)
def test_of_a_hidden_flow_nothing_is_told_that_is_not_told_of_none(
    api: dict[str, Api], each: tuple[str, str, Any]
) -> None:
    flow = a_flow(api, "news")
    hidden = change(api["sport"], flow, *each)
    unknown = change(api["sport"], {"id": str(uuid4())}, *each)

    assert hidden.status_code == unknown.status_code == 404
    assert hidden.json()["summary"].replace(flow["id"], "") == unknown.json()["summary"].replace(
        str(unknown.request.url).split("/")[4], ""
    )


def test_tags_of_segments_are_no_way_to_give_a_flow_other_classes(api: dict[str, Api]) -> None:
    flow = a_flow(api, "sport")

    for method, path, body in (
        ("PUT", "", {"auth_classes": ["news"]}),
        ("PUT", "?replace=true", {"auth_classes": []}),
        ("PUT", "/auth_classes", ["news"]),
    ):
        assert change(api["sport"], flow, method, path, body).status_code == 400
    posted = add(api["sport"], flow, 5, str(uuid4()), tags={"auth_classes": "x"}, **external("x"))

    assert posted.status_code == 400
    assert tags(api, flow) == [{"a": "0"}] * 2
    assert api["news"].get(f"/flows/{flow['id']}/segments").json() == []
