"""Creation by POST, and batches, under classes: the rules of the single operations of the specification."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from local.stack import Stack
from tests.access.classes_model import PEOPLE, Person
from tests.access.conftest import Api
from tests.access.listed import callers
from tests.access.steps import make
from tests.builders import a_video_flow_body

Json = dict[str, Any]
URLS = [{"label": "x", "url": "https://x.example.com/"}]


@pytest.fixture(scope="module")
def api(classed: Stack) -> Iterator[dict[str, Api]]:
    with callers(classed) as it:
        yield it


@pytest.fixture(scope="module")
def flows(api: dict[str, Api]) -> dict[str, Json]:
    return {name: make(api["admin"], name) for name in ("news", "sport")}


def flow_in(name: str) -> Json:
    tags = {"auth_classes": [name]}
    return a_video_flow_body(id=str(uuid4()), source_id=str(uuid4()), tags=tags)


def source_in(name: str) -> Json:
    tags = {"auth_classes": [name]}
    return {"id": str(uuid4()), "format": "urn:x-nmos:format:video", "tags": tags}


@pytest.mark.parametrize("person", PEOPLE, ids=lambda it: it.name)
@pytest.mark.parametrize("name", ["news", "sport"])
def test_who_may_write_a_class_creates_in_it(
    name: str, person: Person, api: dict[str, Api]
) -> None:
    allowed = person.may("write", {name})
    status = 201 if allowed else 403

    for path, item in (("/flows", flow_in), ("/sources", source_in)):
        one = item(name)
        assert api[person.name].post(path, json=one).status_code == status, path
        assert api["admin"].get(f"{path}/{one['id']}").status_code == (200 if allowed else 404)
        many = [item(name), item(name)]
        assert api[person.name].post(f"{path}/batch", json=many).status_code == status, path
        found = [api["admin"].get(f"{path}/{each['id']}").status_code for each in many]
        assert found == [200 if allowed else 404] * 2


@pytest.mark.parametrize("person", PEOPLE, ids=lambda it: it.name)
def test_a_batch_of_tags_reaches_what_each_request_would_reach(
    person: Person, api: dict[str, Api], flows: dict[str, Json]
) -> None:
    asked = [{"id": each["id"], "tags": each["tags"]} for each in flows.values()]
    single = [
        api[person.name].put(f"/flows/{each['id']}/tags", json=each["tags"]).status_code
        for each in asked
    ]

    partly = api[person.name].post("/flows/tags/batch?partial=true", json=asked)
    whole = api[person.name].post("/flows/tags/batch", json=asked)

    expected = [person.status("write", {name}) or 204 for name in flows]
    assert single == expected
    if person.is_admin or "write" in person.scopes:
        assert [each["status"] for each in partly.json()] == expected
        assert whole.status_code == next((each for each in expected if each != 204), 200)
    else:
        assert (partly.status_code, whole.status_code) == (403, 403)


def test_an_object_belongs_to_the_flow_it_is_registered_for(
    api: dict[str, Api], flows: dict[str, Json]
) -> None:
    body = {"id": str(uuid4()), "get_urls": URLS, "flow_id": flows["news"]["id"]}

    assert api["sport"].post("/objects", json=body).status_code == 400
    assert api["viewer"].post("/objects", json=body).status_code == 403
    without = {name: value for name, value in body.items() if name != "flow_id"}
    assert api["news"].post("/objects", json=without).status_code == 400
    assert api["news"].post("/objects", json=body).status_code == 201
    seen = {name: api[name].get(f"/objects/{body['id']}").status_code for name in api}
    assert {name for name, status in seen.items() if status == 200} == {
        "admin", "news", "both", "viewer", "mixed"
    }  # fmt: skip
    taken = api["sport"].post("/objects", json={**body, "flow_id": flows["sport"]["id"]})
    assert taken.json()["type"] == "Conflict", "an id is taken for everyone"
