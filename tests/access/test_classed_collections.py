"""/collections and /source-collections under classes: they show and change what the Flows' own paths do."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from local.stack import Stack
from tests.access.classes_model import PEOPLE, Person
from tests.access.conftest import Api
from tests.access.listed import READERS, callers, classes_of, listed
from tests.access.steps import make
from tests.long_form import share

Json = dict[str, Any]
CLASSES = [["news"], ["sport"], ["news", "sport"], ["archive"], []]


class Collected:
    """For each of CLASSES a collection with a member of each class, and one whose only member is news."""

    def __init__(self, api: dict[str, Api]) -> None:
        self.api, self.mark = api, str(uuid4())
        self.flows: dict[str, Json] = {}
        self.members: dict[str, list[str]] = {}
        members = [self._flow(classes) for classes in CLASSES]
        for classes in CLASSES:
            for some in (members, members[:1]):
                collector = self._flow(classes)
                items = [{"id": each} for each in some]
                path = f"/flows/{collector}/flow_collection"
                assert api["admin"].put(path, json=items).status_code == 204
                self.members[collector] = some

    def _flow(self, classes: list[str]) -> str:
        tags = {"mark": self.mark, "auth_classes": classes}
        made = make(self.api["admin"], tags=tags)
        source = f"/sources/{made['source_id']}/tags/mark"
        assert self.api["admin"].put(source, json=self.mark).status_code == 204
        self.flows[made["id"]] = made
        return str(made["id"])

    def id_of(self, kind: str, flow_id: str) -> str:
        return flow_id if kind == "collections" else str(self.flows[flow_id]["source_id"])

    def may(self, person: Person, permission: str, flow_id: str) -> bool:
        return person.may(permission, classes_of(self.flows[flow_id]))

    def seen(self, person: Person, collector: str) -> list[str]:
        return [each for each in self.members[collector] if self.may(person, "read", each)]


@pytest.fixture(scope="module")
def world(classed: Stack) -> Iterator[Collected]:
    with callers(classed) as api:
        yield Collected(api)


@pytest.mark.parametrize("kind", ["collections", "source-collections"])
@pytest.mark.parametrize("person", READERS, ids=lambda it: it.name)
def test_a_reader_finds_the_collections_in_which_they_see_something(
    person: Person, kind: str, world: Collected
) -> None:
    expected = {
        world.id_of(kind, each): len(seen)
        for each in world.members
        if world.may(person, "read", each) and (seen := world.seen(person, each))
    }
    api = world.api[person.name]

    found = listed(api, f"/{kind}", limit=3, **{"tag.mark": world.mark})

    assert {each["id"]: each["member_count"] for each in found} == expected
    assert len(found) == len(expected)
    everywhere = {each["id"] for each in listed(api, f"/{kind}", limit=100)}
    mine = {world.id_of(kind, each) for each in world.members}
    assert everywhere & mine == expected.keys()
    members = sorted({each for some in world.members.values() for each in some})
    for member in members:
        by_member = {"member_id": world.id_of(kind, member), "tag.mark": world.mark}
        with_it = {
            world.id_of(kind, each)
            for each in world.members
            if world.may(person, "read", each) and member in world.seen(person, each)
        }
        found = listed(api, f"/{kind}", limit=3, **by_member)
        assert {each["id"] for each in found} == with_it


@pytest.mark.parametrize("kind", ["collections", "source-collections"])
@pytest.mark.parametrize("person", PEOPLE, ids=lambda it: it.name)
def test_one_collection_shows_the_members_that_its_reader_may_know(
    person: Person, kind: str, world: Collected
) -> None:
    api = world.api[person.name]
    for collector in world.members:
        path = f"/{kind}/{world.id_of(kind, collector)}"
        seen = [world.id_of(kind, each) for each in world.seen(person, collector)]
        refused = person.status("read", classes_of(world.flows[collector]))
        expected = refused or (200 if seen else 404)

        one, members = api.get(path), api.get(f"{path}/members")

        assert (one.status_code, members.status_code) == (expected, expected), path
        if expected == 200:
            assert one.json()["member_count"] == len(seen)
            listed_members = [(each["id"], each["position"]) for each in members.json()]
            assert listed_members == [(each, at) for at, each in enumerate(seen)]
        for each in world.members[collector]:
            member_id = world.id_of(kind, each)
            status = api.get(f"{path}/members/{member_id}").status_code
            assert status == (expected if expected != 200 or member_id in seen else 404)


@pytest.mark.parametrize("person", PEOPLE, ids=lambda it: it.name)
def test_a_writer_changes_only_what_they_may_write_and_know(
    person: Person, world: Collected
) -> None:
    api, admin = world.api[person.name], world.api["admin"]
    for collector, members in share(list(world.members.items()), PEOPLE.index(person), 2):
        path = f"/collections/{collector}"
        before = admin.get(f"/flows/{collector}").json()
        seen = world.seen(person, collector)
        refused = person.status("write", classes_of(world.flows[collector]))
        expected = refused or (204 if seen else 404)

        patched = api.patch(path, json={"members": [{"id": each} for each in reversed(seen)]})
        moved = [api.put(f"{path}/members/{each}", json={}) for each in members]
        texts = api.patch(path, json={"label": person.name})

        assert (patched.status_code, texts.status_code) == (expected, expected), path
        assert [each.status_code for each in moved] == [
            expected if expected != 204 or each in seen else 404 for each in members
        ]
        after = admin.get(f"/flows/{collector}").json()
        assert after.get("label") == (person.name if expected == 204 else before.get("label"))
        kept = [each["id"] for each in after["flow_collection"]]
        if expected == 204:
            turned = iter(reversed(seen))
            assert kept == [next(turned) if each in seen else each for each in members]
        else:
            assert kept == members
        restored = [{"id": each} for each in members]
        admin.put(f"/flows/{collector}/flow_collection", json=restored)


@pytest.mark.parametrize("person", PEOPLE, ids=lambda it: it.name)
def test_only_who_may_delete_a_collection_deletes_it(person: Person, world: Collected) -> None:
    admin, api = world.api["admin"], world.api[person.name]
    member = world.members[next(iter(world.members))][0]
    for classes in CLASSES[:3]:
        body = {"tags": {"auth_classes": classes}, "members": [{"id": member}]}
        made = admin.post("/collections", json=body).json()

        answer = api.delete(f"/collections/{made['id']}")

        refused = person.status("delete", set(classes))
        assert answer.status_code == (refused or 204)
        left = admin.get(f"/collections/{made['id']}").status_code
        assert left == (404 if refused is None else 200)


@pytest.mark.parametrize("person", PEOPLE, ids=lambda it: it.name)
@pytest.mark.parametrize("name", ["news", "sport"])
def test_who_may_write_a_class_collects_in_it_what_they_may_read(
    name: str, person: Person, world: Collected
) -> None:
    api, admin = world.api[person.name], world.api["admin"]
    members = world.members[next(iter(world.members))]
    for member in members[:2]:
        new = str(uuid4())
        body = {"id": new, "tags": {"auth_classes": [name]}, "members": [{"id": member}]}

        answer = api.post("/collections", json=body)

        may_write = person.may("write", {name})
        expected = 201 if world.may(person, "read", member) else 400
        assert answer.status_code == (expected if may_write else 403), answer.text
        created = answer.status_code == 201
        assert admin.get(f"/flows/{new}").status_code == (200 if created else 404)
        collectors = admin.get(f"/flows/{member}").json()["collected_by"]
        assert (new in collectors) is created
        if answer.status_code == 400:
            assert f"members: Flow '{member}' does not exist" in answer.json()["summary"]
