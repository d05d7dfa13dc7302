"""Single properties under classes: hidden ones do not exist, and readable ones cannot be changed."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from local.stack import Stack
from tests.access.classes_model import PEOPLE, Person
from tests.access.conftest import Api
from tests.access.listed import callers
from tests.access.steps import make
from tests.long_form import share

Json = dict[str, Any]
CLASSES = ("news", "sport", "archive", "nobodys")
PERMISSION = {"GET": "read", "HEAD": "read", "PUT": "write", "DELETE": "write"}


@dataclass(frozen=True)
class Property:
    """One that both, or only Flows, have; `other` is no value for it."""

    name: str
    value: Any
    other: Any
    of: tuple[str, ...] = ("flows", "sources")
    can_be_deleted: bool = True


PROPERTIES = (
    Property("label", "L", 5),
    Property("description", "D", ["D"]),
    Property("tags/colour", ["red"], {"red": 1}),
    Property("tags/a%2Fb", "c", None),
    Property("max_bit_rate", 5_000, "fast", of=("flows",)),
    Property("avg_bit_rate", 4_000, -1.5, of=("flows",)),
    Property("read_only", False, "no", of=("flows",), can_be_deleted=False),
    Property("flow_collection", [], {}, of=("flows",)),
)
CASES = [(kind, each) for each in PROPERTIES for kind in each.of]


@pytest.fixture(scope="module")
def api(classed: Stack) -> Iterator[dict[str, Api]]:
    with callers(classed) as it:
        yield it


@pytest.fixture(scope="module")
def flows(api: dict[str, Api]) -> dict[str, Json]:
    """By class, with each property set, and Sources that have theirs too."""
    made = {name: make(api["admin"], name) for name in CLASSES}
    for flow in made.values():
        for kind, each in CASES:
            path = f"{item(kind, flow)}/{each.name}"
            assert api["admin"].put(path, json=each.value).status_code == 204, path
    return made


def item(kind: str, flow: Json) -> str:
    return f"/{kind}/{flow['id'] if kind == 'flows' else flow['source_id']}"


def methods(each: Property) -> list[str]:
    return [name for name in PERMISSION if name != "DELETE" or each.can_be_deleted]


@pytest.mark.parametrize("person", PEOPLE, ids=lambda it: it.name)
@pytest.mark.parametrize(("kind", "each"), CASES, ids=lambda it: getattr(it, "name", it))
def test_ERR_6_a_property_takes_the_permission_of_its_method(
    kind: str, each: Property, person: Person, api: dict[str, Api], flows: dict[str, Json]
) -> None:
    good = {"GET": 200, "HEAD": 200, "PUT": 204, "DELETE": 204}
    turn = CASES.index((kind, each)) + PEOPLE.index(person)
    for name in share(CLASSES, turn, 2):
        flow = flows[name]
        path = f"{item(kind, flow)}/{each.name}"
        for method in methods(each):
            body = {"json": each.value} if method == "PUT" else {}
            answer = api[person.name].request(method, path, **body)

            expected = person.status(PERMISSION[method], {name}) or good[method]
            assert answer.status_code == expected, (method, path, name)
            if method == "GET" and expected == 200:
                assert answer.json() == each.value
        if each.can_be_deleted and expected == 204:  # the next one expects it to be there
            assert api["admin"].put(path, json=each.value).status_code == 204


@pytest.mark.parametrize(("kind", "each"), CASES, ids=lambda it: getattr(it, "name", it))
@pytest.mark.parametrize("name", ["sport", "nobody"])
def test_a_property_of_what_is_hidden_is_refused_as_one_of_what_is_not_there(
    name: str, kind: str, each: Property, api: dict[str, Api], flows: dict[str, Json]
) -> None:
    """Whatever else is wrong with the request."""
    path, unknown = item(kind, flows["news"]), f"/{kind}/{uuid4()}"
    for method, body in [
        *((method, each.value) for method in methods(each)),
        ("PUT", each.other),
        ("PUT", "x" * 100_000),
    ]:
        hidden, missing = (
            api[name].request(method, f"{it}/{each.name}", json=body) for it in (path, unknown)
        )
        assert (hidden.status_code, missing.status_code) == (404, 404), (method, body)
        if method != "HEAD":
            ids = [it.rpartition("/")[2] for it in (path, unknown)]
            assert hidden.json()["summary"].replace(ids[0], ids[1]) == missing.json()["summary"]


@pytest.mark.parametrize(("kind", "each"), CASES, ids=lambda it: getattr(it, "name", it))
def test_a_refused_change_changes_nothing(
    kind: str, each: Property, api: dict[str, Api], flows: dict[str, Json]
) -> None:
    path = item(kind, flows["news"])
    before = api["admin"].get(path).json()

    for name in ("sport", "mixed", "viewer", "remover", "nobody"):
        for method in methods(each)[2:]:
            answer = api[name].request(method, f"{path}/{each.name}", json=each.value)
            assert answer.status_code in (403, 404)

    assert api["admin"].get(path).json() == before


@pytest.mark.parametrize("kind", ["flows", "sources"])
def test_a_tag_that_is_not_there_is_missing_only_to_those_who_may_know(
    kind: str, api: dict[str, Api], flows: dict[str, Json]
) -> None:
    path = f"{item(kind, flows['sport'])}/tags/no-such-tag"
    summaries = {
        name: (answer.status_code, answer.json()["summary"])
        for name in ("sport", "mixed", "news", "viewer", "remover")
        for answer in [api[name].request("DELETE", path)]
    }

    assert {name: status for name, (status, _) in summaries.items()} == {
        "sport": 404,
        "mixed": 404,
        "news": 404,
        "viewer": 403,
        "remover": 403,
    }
    assert "Tag" in summaries["sport"][1]
    assert "Tag" not in summaries["news"][1]
    assert api["mixed"].get(path).status_code == 403
    assert api["viewer"].get(path).status_code == 404


@pytest.mark.parametrize("kind", ["flows", "sources"])
def test_all_tags_are_told_to_readers_alone(
    kind: str, api: dict[str, Api], flows: dict[str, Json]
) -> None:
    for person in PEOPLE:
        for name, flow in flows.items():
            for method in ("GET", "HEAD"):
                answer = api[person.name].request(method, f"{item(kind, flow)}/tags")
                assert answer.status_code == (person.status("read", {name}) or 200)
                assert (name in answer.text) is (answer.is_success and method == "GET")


def test_a_flow_that_is_read_only_is_that_only_for_those_who_may_write_it(
    api: dict[str, Api], flows: dict[str, Json]
) -> None:
    """403 either way for who may read; what is hidden is 404 as ever."""
    flow = make(api["admin"], "news")
    path = f"/flows/{flow['id']}"
    assert api["news"].put(f"{path}/read_only", json=True).status_code == 204

    told = {name: api[name].put(f"{path}/label", json="x") for name in ("news", "mixed", "sport")}

    assert {name: each.status_code for name, each in told.items()} == {
        "news": 403,
        "mixed": 403,
        "sport": 404,
    }
    assert "read-only" in told["news"].text
    assert "read-only" not in told["mixed"].text + told["sport"].text
    assert api["mixed"].put(f"{path}/read_only", json=False).status_code == 403
    assert api["sport"].put(f"{path}/read_only", json=False).status_code == 404
    assert api["both"].put(f"{path}/read_only", json=False).status_code == 204
