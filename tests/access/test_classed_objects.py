"""Objects under classes: `referenced_by_flows` lists only Flows the caller may read, filtered and paged."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from local.stack import Stack
from tests.access.classes_model import PEOPLE, Person
from tests.access.conftest import Api, Backends
from tests.access.listed import READERS, callers, classes_of
from tests.access.steps import add, make, registered
from tests.contract.steps import copied

Json = dict[str, Any]
CLASSES = [["news"], ["news"], ["sport"], ["sport"], ["news", "sport"], [], ["archive"]]
SEES = [each for each in READERS if each.may("read", {"news", "sport", "archive"})]


@dataclass(frozen=True)
class Used:
    """An Object of a news Flow, with bytes on two backends, that Flows of all CLASSES use."""

    path: str
    flows: list[Json]
    """By id."""

    def readable(self, person: Person, **tags: str) -> list[str]:
        return [
            each["id"]
            for each in self.flows
            if person.may("read", classes_of(each)) and tags.items() <= each["tags"].items()
        ]


@pytest.fixture(scope="module")
def api(classed: Stack) -> Iterator[dict[str, Api]]:
    with callers(classed) as it:
        yield it


@pytest.fixture(scope="module")
def used(api: dict[str, Api], backends: Backends) -> Used:
    admin = api["admin"]
    flows = [
        make(admin, tags={"auth_classes": classes, "kind": "odd" if number % 2 else "even"})
        for number, classes in enumerate(CLASSES)
    ]
    object_id = registered(admin, flows[0], backends.news)
    for flow in flows[1:]:
        assert add(admin, flow, 0, object_id).status_code == 201
    copied(admin, object_id, backends.open)
    return Used(f"/objects/{object_id}", sorted(flows, key=lambda it: str(it["id"])))


def pages(api: Api, path: str, limit: int, **query: Any) -> list[Json]:
    """All of `referenced_by_flows`; HEAD tells the same of each page."""
    found: list[Json] = []
    asked: Json = {**query, "limit": str(limit)}
    while True:
        answer, head = api.get(path, params=asked), api.head(path, params=asked)
        assert answer.status_code == head.status_code == 200, answer.text
        for name in ("link", "x-paging-nextkey", "x-paging-limit", "x-paging-count"):
            assert answer.headers.get(name) == head.headers.get(name)
        assert head.text == ""
        found.append(answer.json())
        if "x-paging-nextkey" not in answer.headers:
            return found
        assert len(answer.json()["referenced_by_flows"]) == limit
        asked["page"] = answer.headers["x-paging-nextkey"]


FILTERS: dict[str, tuple[Json, dict[str, str] | None]] = {
    "nothing": ({}, {}),
    "a tag": ({"flow_tag.kind": "odd"}, {"kind": "odd"}),
    "that a tag exists": ({"flow_tag_exists.kind": "true"}, {}),
    "a tag and that it exists": (
        {"flow_tag.kind": "even", "flow_tag_exists.kind": "true"},
        {"kind": "even"},
    ),
    "a tag that none has": ({"flow_tag.kind": "neither"}, None),
    "that a tag does not exist": ({"flow_tag_exists.kind": "false"}, None),
}


@pytest.mark.parametrize("what", FILTERS)
@pytest.mark.parametrize("person", SEES, ids=lambda it: it.name)
def test_AUT_19_the_flows_that_use_an_object_are_told_as_far_as_they_may_be_read(
    person: Person, what: str, used: Used, api: dict[str, Api]
) -> None:
    query, tags = FILTERS[what]
    expected = [] if tags is None else used.readable(person, **tags)

    for limit in (1, 2, 100):
        found = pages(api[person.name], used.path, limit, **query)

        assert [it for each in found for it in each["referenced_by_flows"]] == expected
        assert len(found) == max(1, -(-len(expected) // limit))


@pytest.mark.parametrize("asked", [{"flow_tag.auth_classes": "sport"}, {"limit": "1"}, {}], ids=str)
@pytest.mark.parametrize("person", PEOPLE, ids=lambda it: it.name)
def test_who_may_read_none_of_its_flows_has_no_such_object(
    person: Person, asked: Json, api: dict[str, Api], backends: Backends
) -> None:
    admin = api["admin"]
    flow = make(admin, "sport", "vault")
    path = f"/objects/{registered(admin, flow)}"
    can_ask = person.is_admin or person in READERS
    expected = 403 if not can_ask else 200 if person.may("read", {"sport"}) else 404

    for method in ("GET", "HEAD"):
        answer = api[person.name].request(method, path, params=asked)
        assert answer.status_code == expected
        assert "x-paging-nextkey" not in answer.headers
        assert flow["id"] not in answer.text or expected == 200


def test_a_filter_by_a_class_tells_of_no_flow_that_is_hidden(
    used: Used, api: dict[str, Api]
) -> None:
    for person in SEES:
        for name in ("news", "sport", "archive"):
            (found,) = pages(api[person.name], used.path, 100, **{"flow_tag.auth_classes": name})
            own = [it["id"] for it in used.flows if name in classes_of(it)]
            assert found["referenced_by_flows"] == [
                each for each in used.readable(person) if each in own
            ]


@pytest.mark.parametrize("person", SEES, ids=lambda it: it.name)
def test_a_key_of_another_callers_page_leads_to_ones_own_flows(
    person: Person, used: Used, api: dict[str, Api]
) -> None:
    everything = [each["id"] for each in used.flows]
    key: Json = {}
    for place in range(1, len(everything)):
        before = api["admin"].get(used.path, params={"limit": "1", **key})
        key = {"page": before.headers["x-paging-nextkey"]}

        found = api[person.name].get(used.path, params=key)

        behind = everything[place:]
        assert found.json()["referenced_by_flows"] == [
            each for each in used.readable(person) if each in behind
        ]


@pytest.mark.parametrize(
    ("asked", "of_news", "of_sport"),
    [
        ({}, ["news", "open"], ["open"]),
        ({"accept_get_urls": "news"}, ["news"], []),
        ({"accept_get_urls": "news,open"}, ["news", "open"], ["open"]),
        ({"accept_get_urls": ""}, [], []),
        ({"accept_storage_ids": "NEWS"}, ["news"], []),
        ({"accept_storage_ids": "OPEN"}, ["open"], ["open"]),
        ({"storage_backend_tag.auth_classes": "news"}, ["news"], []),
        ({"storage_backend_tag_exists.auth_classes": "true"}, ["news"], []),
        ({"storage_backend_tag_exists.auth_classes": "false"}, ["open"], ["open"]),
        ({"verbose_storage": "true"}, ["news", "open"], ["open"]),
    ],
    ids=str,
)
def test_URL_22_no_parameter_shows_a_url_on_a_hidden_backend(
    asked: Json,
    of_news: list[str],
    of_sport: list[str],
    used: Used,
    api: dict[str, Api],
    backends: Backends,
) -> None:
    known = {"NEWS": backends.news, "OPEN": backends.open}
    query = {name: known.get(value, value) for name, value in asked.items()}

    for name, labels in (("news", of_news), ("both", of_news), ("sport", of_sport)):
        answer = api[name].get(used.path, params=query)
        assert sorted(each["label"] for each in answer.json()["get_urls"]) == labels, name
        assert (backends.news in answer.text) is ("verbose_storage" in query and "news" in labels)


def test_which_flow_was_the_first_is_told_to_those_who_may_read_it(
    used: Used, api: dict[str, Api]
) -> None:
    first = api["admin"].get(used.path).json()["first_referenced_by_flow"]

    for person in SEES:
        told = api[person.name].get(used.path).json().get("first_referenced_by_flow")
        assert told == (first if person.may("read", {"news"}) else None), person.name


def test_an_init_object_is_told_of_like_any(
    api: dict[str, Api], news: Api, sport: Api, both: Api
) -> None:
    flow = make(news, init_segments=True)
    answer = news.post(f"/flows/{flow['id']}/storage", json={"limit": 2})
    init, media = (each["object_id"] for each in answer.json()["media_objects"])
    assert add(news, flow, 0, media, init_object_id=init).status_code == 201
    assert [sport.get(f"/objects/{each}").status_code for each in (init, media)] == [404, 404]

    shared = make(both, "sport", init_segments=True)
    assert add(both, shared, 0, media, init_object_id=init).status_code == 201

    for object_id in (init, media):
        for api_, expected in ((sport, [shared]), (news, [flow]), (both, [flow, shared])):
            found = pages(api_, f"/objects/{object_id}", 1)
            ids = [it for each in found for it in each["referenced_by_flows"]]
            assert ids == sorted(each["id"] for each in expected)
    assert sport.get(f"/objects/{media}").json()["init_object"]["id"] == init


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_instances_of_a_hidden_object_are_those_of_one_that_is_not_there(
    method: str, api: dict[str, Api], news: Api, sport: Api
) -> None:
    hidden, unknown = registered(news, make(news)), str(uuid4())
    for asked, body in (
        ({"label": "open"}, {"label": "l", "url": "https://example.com/x"}),
        ({"storage_id": str(uuid4())}, {"storage_id": str(uuid4())}),
        ({}, {}),
    ):
        answers = [
            sport.request(method, f"/objects/{each}/instances", params=asked, json=body)
            for each in (hidden, unknown)
        ]
        statuses = {each.status_code for each in answers}
        summaries = {each.json()["summary"].replace(hidden, unknown) for each in answers}
        assert len(statuses) == len(summaries) == 1, (statuses, summaries)
        assert statuses <= {400, 404}
    assert len(news.get(f"/objects/{hidden}").json()["get_urls"]) == 1


def test_an_object_is_deleted_only_by_who_may_delete_in_all_its_flows(
    api: dict[str, Api], backends: Backends
) -> None:
    admin = api["admin"]
    flows = {name: make(admin, name) for name in ("news", "sport")}
    object_id = registered(admin, flows["news"], backends.news)
    assert add(admin, flows["sport"], 0, object_id).status_code == 201
    path = f"/objects/{object_id}"

    for person in PEOPLE:
        expected = 409
        if not (person.is_admin or "delete" in person.scopes):
            expected = 403
        elif not person.may("read", set(flows)):
            expected = 404
        elif not person.may("delete", {"news"}):  # it was made for that Flow
            expected = 403
        answer = api[person.name].delete(path)
        assert answer.status_code == expected, person
        for name, flow in flows.items():
            told = flow["id"] in answer.json()["summary"]
            assert told is (expected == 409 and person.may("read", {name})), person

    refused = api["news"].delete(path, params={"cascade": "true"})
    assert refused.status_code == 403
    assert flows["sport"]["id"] not in refused.text
    assert api["both"].delete(path, params={"cascade": "true"}).status_code == 204
    for flow in flows.values():
        assert admin.get(f"/flows/{flow['id']}/segments").json() == []


def test_profiles_are_deleted_with_the_scope_and_name_only_flows_that_may_be_read(
    api: dict[str, Api],
) -> None:
    admin, profile_id = api["admin"], str(uuid4())
    flow = make(admin, "sport")
    technical = {
        each: flow[each] for each in ("format", "codec", "container", "essence_parameters")
    }
    path = f"/service/profiles/{profile_id}"
    made = admin.post(path, json={"id": profile_id, "flow_metadata": technical})
    assert made.status_code == 201
    ids = {"id": flow["id"], "source_id": flow["source_id"], "profile_id": profile_id}
    linked = admin.put(f"/flows/{flow['id']}", json={**ids, "tags": {"auth_classes": ["sport"]}})
    assert linked.status_code == 204

    for person in PEOPLE:
        may = person.is_admin or "delete" in person.scopes
        answer = api[person.name].delete(path)
        assert answer.status_code == (409 if may else 403), person
        told = flow["id"] in answer.json()["summary"]
        assert told is (may and person.may("read", {"sport"})), person
    assert admin.delete(f"/flows/{flow['id']}").status_code == 204
    assert api["sport"].delete(path).status_code == 204
