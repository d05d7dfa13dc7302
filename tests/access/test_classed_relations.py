"""`collected_by_ids` under classes: a hidden collector has no visible effect."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from local.stack import Stack
from tests.access.classes_model import Person
from tests.access.conftest import Api
from tests.access.listed import READERS, callers, classes_of, listed
from tests.access.steps import make
from tests.long_form import share

Json = dict[str, Any]
CLASSES = [["news"], ["sport"], ["news", "sport"], ["archive"], []]


class Collected:
    """A collector of each of CLASSES, with a Flow of its own of each of them, and one that all have."""

    def __init__(self, api: dict[str, Api]) -> None:
        self.api, self.mark = api, str(uuid4())
        self.flows: dict[str, Json] = {}
        self.members: dict[str, list[str]] = {}
        shared = [self._flow(classes) for classes in CLASSES]
        for classes in CLASSES:
            collector = self._flow(classes)
            self.members[collector] = [*shared, *(self._flow(each) for each in CLASSES)]
            items = [{"id": each} for each in self.members[collector]]
            path = f"/flows/{collector}/flow_collection"
            assert api["admin"].put(path, json=items).status_code == 204

    def _flow(self, classes: list[str]) -> str:
        tags = {"mark": self.mark, "auth_classes": classes}
        made = make(self.api["admin"], tags=tags)
        path = f"/sources/{made['source_id']}/tags/mark"
        assert self.api["admin"].put(path, json=self.mark).status_code == 204
        self.flows[made["id"]] = made
        return str(made["id"])

    def id_of(self, kind: str, flow_id: str) -> str:
        return flow_id if kind == "flows" else str(self.flows[flow_id]["source_id"])

    def may_read(self, person: Person, flow_id: str) -> bool:
        return person.may("read", classes_of(self.flows[flow_id]))

    def seen(self, person: Person, flow_ids: set[str]) -> set[str]:
        return {each for each in flow_ids if self.may_read(person, each)}

    def collected(self, person: Person, *collectors: str) -> set[str]:
        """By those of them that this person may read, and of that what they may."""
        known = [each for each in collectors if self.may_read(person, each)]
        return self.seen(person, {it for each in known for it in self.members[each]})

    def asked(self, person: Person, kind: str, *collectors: str) -> set[str]:
        query = {
            "tag.mark": self.mark,
            "collected_by_ids": ",".join(self.id_of(kind, each) for each in collectors),
        }
        found = listed(self.api[person.name], f"/{kind}", limit=4, **query)
        return {each["id"] for each in found}

    def ids(self, kind: str, flow_ids: set[str]) -> set[str]:
        return {self.id_of(kind, each) for each in flow_ids}


@pytest.fixture(scope="module")
def world(classed: Stack) -> Iterator[Collected]:
    with callers(classed) as api:
        yield Collected(api)


@pytest.mark.parametrize("kind", ["flows", "sources"])
@pytest.mark.parametrize("person", READERS, ids=lambda it: it.name)
def test_what_a_collector_collects_is_found_by_those_who_may_read_both(
    person: Person, kind: str, world: Collected
) -> None:
    collectors = list(world.members)
    for each in share(collectors, READERS.index(person), 2):
        expected = world.ids(kind, world.collected(person, each))
        assert world.asked(person, kind, each) == expected
    together = world.ids(kind, world.collected(person, *collectors))
    assert world.asked(person, kind, *collectors) == together


@pytest.mark.parametrize("kind", ["flows", "sources"])
@pytest.mark.parametrize("person", READERS, ids=lambda it: it.name)
def test_what_nothing_in_sight_collects_is_found_as_collected_by_nothing(
    person: Person, kind: str, world: Collected
) -> None:
    readable = world.seen(person, set(world.flows))
    loose = readable - world.collected(person, *world.members)

    assert world.asked(person, kind) == world.ids(kind, loose)


@pytest.mark.parametrize("person", READERS, ids=lambda it: it.name)
def test_what_is_listed_names_only_what_may_be_read(person: Person, world: Collected) -> None:
    known = world.seen(person, set(world.flows))
    for kind, members in (("flows", "flow_collection"), ("sources", "source_collection")):
        query = {"tag.mark": world.mark}
        found = listed(world.api[person.name], f"/{kind}", limit=100, **query)
        for item in share(found, READERS.index(person), 3):
            named = {each["id"] for each in item.get(members, [])} | set(
                item.get("collected_by", [])
            )
            assert named <= world.ids(kind, known)
            alone = world.api[person.name].get(f"/{kind}/{item['id']}").json()
            assert alone == item


@pytest.mark.parametrize("kind", ["flows", "sources"])
def test_a_collector_that_is_hidden_is_as_one_that_is_not_there(
    kind: str, world: Collected, sport: Api
) -> None:
    hidden = next(it for it in world.members if classes_of(world.flows[it]) == {"news"})
    for identifier in (world.id_of(kind, hidden), str(uuid4())):
        for query in ({}, {"label": "x"}, {"sort_by": "label"}):
            answer = sport.get(f"/{kind}", params={"collected_by_ids": identifier, **query})
            assert (answer.status_code, answer.json()) == (200, [])
            assert answer.headers["x-paging-count"] == "0"
