"""Listings under classes: every caller gets what an admin gets, minus what belongs to others."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest

from local.stack import Stack
from tests.access.classes_model import Person
from tests.access.conftest import Api
from tests.access.listed import READERS, callers, classes_of, ids, listed, page, readable
from tests.access.steps import Json, add, external, make
from tests.builders import a_video_flow_body, an_audio_flow_body
from tests.long_form import share

CLASSES = [["news"], ["sport"], ["news", "sport"], [], ["archive"], ["news-readers"]]
LIMIT = 4


@dataclass(frozen=True)
class World:
    """Three kinds of Flows, each once of all CLASSES; `mark` is a tag that they and their Sources have."""

    api: dict[str, Api]
    mark: str
    source_id: str
    """Of the first kind, all of them."""
    profile_id: str
    turns: Iterator[int] = field(default_factory=itertools.count)

    def parameters(self, asked: Json) -> Json:
        known = {"SOURCE": self.source_id, "PROFILE": self.profile_id}
        return {"tag.mark": self.mark} | {name: known.get(it, it) for name, it in asked.items()}

    def compare(self, path: str, **asked: Any) -> list[Json]:
        """What the admin gets, once it is clear that others get theirs of it: readers take turns."""
        query = self.parameters(asked)
        everything = listed(self.api["admin"], path, limit=1000, **query)
        by_id = {each["id"]: each for each in everything}
        for person in share(READERS, next(self.turns), 3):
            found = listed(self.api[person.name], path, limit=LIMIT, **query)
            assert ids(found) == readable(person, everything), person.name
            assert found == [by_id[each["id"]] for each in found]
        return everything


@pytest.fixture(scope="module")
def world(classed: Stack) -> Iterator[World]:
    with callers(classed) as api:
        made = World(api, str(uuid4()), str(uuid4()), str(uuid4()))
        admin = api["admin"]
        technical = a_video_flow_body()
        for name in ("id", "source_id"):
            del technical[name]
        body = {"id": made.profile_id, "flow_metadata": technical}
        assert admin.post(f"/service/profiles/{made.profile_id}", json=body).status_code == 201
        flows = [fill(admin, made, kind, classes) for kind in range(3) for classes in CLASSES]
        for flow in flows[::-2]:
            assert admin.put(f"/flows/{flow['id']}/description", json="x").status_code == 204
            assert admin.put(f"/sources/{flow['source_id']}/description", json="x").is_success
        yield made


def fill(admin: Api, world: World, kind: int, classes: list[str]) -> Json:
    tags: Json = {"auth_classes": classes, "mark": world.mark}
    if kind == 0:
        fields: Json = {"source_id": world.source_id, "status": "ingesting", "label": "A"}
        flow = make(admin, **fields, tags={**tags, "colour": "red"})
        for start in (0, 20):
            assert add(admin, flow, start, str(uuid4()), **external("x")).status_code == 201
    elif kind == 1:
        body = {"profile_id": world.profile_id, "label": f"B {','.join(classes)}"}
        own: Json = {"id": str(uuid4()), "source_id": str(uuid4())}
        coloured = {**tags, "colour": ["blue", "red"]}
        answer = admin.put(f"/flows/{own['id']}", json={**own, **body, "tags": coloured})
        assert answer.status_code == 201, answer.text
        flow = answer.json()
        assert add(admin, flow, 10, str(uuid4()), **external("x")).status_code == 201
    else:
        flow = an_audio_flow_body(id=str(uuid4()), source_id=str(uuid4()), tags=tags)
        flow["essence_parameters"]["init_segments"] = True
        assert admin.put(f"/flows/{flow['id']}", json=flow).status_code == 201
    source = f"/sources/{flow['source_id']}"
    for name in ("mark", "colour"):
        if name in flow["tags"]:
            assert admin.put(f"{source}/tags/{name}", json=flow["tags"][name]).status_code == 204
    if kind != 2:
        assert admin.put(f"{source}/label", json=flow["label"]).status_code == 204
    return flow


OF_FLOWS: dict[str, Json] = {
    "source_id": {"source_id": "SOURCE"},
    "label": {"label": "A"},
    "format": {"format": "urn:x-nmos:format:audio"},
    "codec": {"codec": "video/h264"},
    "profile_id": {"profile_id": "PROFILE"},
    "status": {"status": "ingesting"},
    "frame_width": {"frame_width": "1280"},
    "frame_height": {"frame_height": "720", "format": "urn:x-nmos:format:video"},
    "init_segments": {"init_segments": "true"},
    "no init_segments": {"init_segments": "false"},
    "no Segments": {"timerange": "()"},
    "a timerange": {"timerange": "[0:0_15:0)"},
    "a timerange over a gap": {"timerange": "[5:0_12:0)"},
    "a timerange without an end": {"timerange": "[15:0_"},
    "a timerange and a label": {"timerange": "[0:0_15:0)", "label": "A"},
}
OF_BOTH: dict[str, Json] = {
    "nothing": {},
    "format": {"format": "urn:x-nmos:format:video"},
    "a tag": {"tag.colour": "red"},
    "one tag or another": {"tag.colour": "blue,green"},
    "two tags": {"tag.colour": "red", "tag_exists.colour": "true"},
    "that a tag exists": {"tag_exists.colour": "true"},
    "that a tag does not": {"tag_exists.colour": "false"},
    "a class": {"tag.auth_classes": "news"},
    "classes": {"tag.auth_classes": "sport,archive"},
    "that there is a class": {"tag_exists.auth_classes": "true"},
    "what nothing collects": {"collected_by_ids": ""},
}


@pytest.mark.parametrize("what", [*OF_BOTH, *OF_FLOWS])
def test_AUT_13_flows_by_any_filter(what: str, world: World) -> None:
    assert world.compare("/flows", **(OF_BOTH | OF_FLOWS)[what]), (
        "the filter lets something through"
    )


@pytest.mark.parametrize("what", OF_BOTH)
def test_AUT_13_sources_by_any_filter(what: str, world: World) -> None:
    assert world.compare("/sources", **OF_BOTH[what])


@pytest.mark.parametrize("reverse", ["false", "true"])
@pytest.mark.parametrize(
    ("path", "sort_by"),
    [
        *(("/flows", each) for each in ("created", "metadata_updated", "label")),
        *(("/sources", each) for each in ("created", "updated", "label")),
    ],
)
def test_AUT_13_in_any_order(path: str, sort_by: str, reverse: str, world: World) -> None:
    everything = world.compare(path, sort_by=sort_by, reverse_order=reverse)

    assert len(everything) == (18 if path == "/flows" else 13)


@pytest.mark.parametrize("asked", [{"tag_exists.auth_classes": "false"}, {"tag.auth_classes": ""}])
@pytest.mark.parametrize("path", ["/flows", "/sources"])
def test_what_has_no_class_is_asked_for_in_vain(path: str, asked: Json, world: World) -> None:
    assert all(not classes_of(each) for each in world.compare(path, **asked))


@pytest.mark.parametrize("person", READERS, ids=lambda it: it.name)
@pytest.mark.parametrize(("path", "sort_by"), [("/flows", "label"), ("/sources", "created")])
def test_a_key_of_another_callers_page_leads_to_what_is_behind_it_of_ones_own(
    path: str, sort_by: str, person: Person, world: World
) -> None:
    query = world.parameters({"sort_by": sort_by})
    admin, api = world.api["admin"], world.api[person.name]
    everything = listed(admin, path, limit=1000, **query)
    for place in share(range(1, len(everything)), READERS.index(person), 3):
        key = page(admin, path, limit=str(place), **query).headers["x-paging-nextkey"]

        found = page(api, path, limit=str(LIMIT), page=key, **query)

        expected = readable(person, everything[place:])
        assert ids(found.json()) == expected[:LIMIT]
        assert ("link" in found.headers) is (len(expected) > LIMIT)
