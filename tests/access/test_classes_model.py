"""auth_classes: the server and the model agree, and no response reveals what its caller may not see."""

import json
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import quote
from uuid import uuid4

import httpx
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
)

from local.stack import Stack
from tests.access.classes_model import PEOPLE, Model, ModelFlow, ModelObject, Person, Thing
from tests.builders import a_video_flow_body
from tests.long_form import SOAK
from tests.receiver import Receiver, receiver
from tests.state_machines import walk

EXAMPLES, STEPS = (300, 80) if SOAK else (8, 60)
AT_ONCE_SEGMENTS = 3
"""As in the stack's settings."""
FURTHER = 4
STEPS_MIN = 350

Json = dict[str, Any]
persons = st.sampled_from(PEOPLE)
writers = st.sampled_from([each for each in PEOPLE if {"write", "admin"} & {*each.scopes}])
classes = st.sampled_from([None, None, {"news"}, {"sport"}, {"news", "sport"}, {"archive"}, set()])
nth = st.integers(0, 20)


class Comparison(RuleBasedStateMachine):
    stack: ClassVar[Stack]
    inbox: ClassVar[Receiver]
    steps: ClassVar[int] = 0
    looked_at: ClassVar[int] = 0
    """Deliveries that have been judged."""

    def __init__(self) -> None:
        super().__init__()
        self.model = Model()
        self.http = httpx.Client(base_url=self.stack.api_url, timeout=120)
        self.mark = str(uuid4())
        """A tag on everything that an example creates, because the stack lists much else."""
        self.began = quote(datetime.now(UTC).isoformat())

    def teardown(self) -> None:
        self.deliveries()
        admin = PEOPLE[0]
        for flow_id in list(self.model.flows):
            self.ask(admin, "DELETE", f"/flows/{flow_id}")
        for webhook_id in self.model.webhooks:
            self.ask(admin, "DELETE", f"/service/webhooks/{webhook_id}")
        self.http.close()

    @invariant()
    def count(self) -> None:
        type(self).steps += 1

    @initialize()
    def begin(self) -> None:
        by_name = {each.name: each for each in PEOPLE}
        for name, given in (("news", None), ("sport", None), ("both", {"news", "sport"})):
            self.create(by_name[name], given, None)
        for name in ("news", "sport"):
            self.subscribe(by_name[name], None)
        for number in range(3):
            self.add_segment(by_name["both"], number, reused=None, url=False)

    def ask(self, person: Person, method: str, path: str, body: object = None) -> httpx.Response:
        """The response, in which nothing appears that is hidden from this caller."""
        content = None if body is None else json.dumps(body)
        answer = self.http.request(
            method, path, content=content, headers={"Authorization": f"Bearer {person.name}"}
        )
        said = f"{path} {content}"
        told = answer.text + json.dumps(dict(answer.headers))
        for each in self.model.hidden_from(person):
            leaked = each in told and each not in said
            where = max(0, told.find(each) - 100)
            assert not leaked, f"{person.name} {method} {path}: {told[where : where + 300]}"
        return answer

    def tags(self, classes: set[str] | None) -> Json:
        return {"mark": self.mark} | ({} if classes is None else {"auth_classes": sorted(classes)})

    def flow(self, number: int) -> str:
        known = [*self.model.flows, *list(self.model.gone)[:1]]
        return known[number % len(known)] if known else str(uuid4())

    @rule(person=writers, given=classes, source=st.one_of(st.none(), nth))
    def create(self, person: Person, given: set[str] | None, source: int | None) -> None:
        sources = list(self.model.sources)
        shared = source is not None and bool(sources)
        source_id = sources[(source or 0) % len(sources)] if shared else str(uuid4())
        flow_id = str(uuid4())
        body = a_video_flow_body(id=flow_id, source_id=source_id, tags=self.tags(given))
        made = self.model.new_classes(person, given, source_id)
        refused: int | None = made if isinstance(made, int) else None
        if "write" not in person.scopes and not person.is_admin:
            refused = 403
        if refused is None and shared:
            refused = person.status("write", self.model.sources[source_id].classes)

        answer = self.ask(person, "PUT", f"/flows/{flow_id}", body)

        assert answer.status_code == (refused or 201), (person.name, given, answer.text)
        if refused is None:
            assert isinstance(made, set)
            self.model.flows[flow_id] = ModelFlow(set(made), source_id=source_id)
            if not shared:
                self.model.sources[source_id] = Thing(set(made))
                self.ask(PEOPLE[0], "PUT", f"/sources/{source_id}/tags/mark", self.mark)

    @rule(person=persons, number=nth, kind=st.sampled_from(["flows", "sources"]))
    def get(self, person: Person, number: int, kind: str) -> None:
        things: dict[str, Any] = self.model.flows if kind == "flows" else self.model.sources
        known = [*things, str(uuid4())]
        identifier = known[number % len(known)]
        found = things[identifier].classes if identifier in things else None
        for method in ("GET", "HEAD"):
            answer = self.ask(person, method, f"/{kind}/{identifier}")
            assert answer.status_code == (person.status("read", found) or 200)

    @rule(
        person=persons,
        kind=st.sampled_from(["flows", "sources", "service/webhooks"]),
        limit=st.integers(1, 4),
    )
    def list_(self, person: Person, kind: str, limit: int) -> None:
        """Every page but the last is full, and HEAD counts the same."""
        if not (person.is_admin or "read" in person.scopes):
            assert self.ask(person, "GET", f"/{kind}").status_code == 403
            return
        things: dict[str, Any] = getattr(self.model, kind.rpartition("/")[2])
        found: list[str] = []
        path = f"/{kind}?limit={limit}&tag.mark={self.mark}"
        while path:
            answer, head = self.ask(person, "GET", path), self.ask(person, "HEAD", path)
            assert answer.status_code == head.status_code == 200
            for name in ("x-paging-count", "link", "x-paging-nextkey"):
                assert answer.headers.get(name) == head.headers.get(name)
            page = [each["id"] for each in answer.json()]
            assert answer.headers["x-paging-count"] == str(len(page))
            found += page
            path = answer.links.get("next", {}).get("url", "")
            assert len(page) == limit or not path
        readable = {each for each, it in things.items() if person.may("read", it.classes)}
        assert sorted(found) == sorted(readable)

    @rule(person=writers, number=nth, kind=st.sampled_from(["flows", "sources"]))
    def describe(self, person: Person, number: int, kind: str) -> None:
        things: dict[str, Any] = self.model.flows if kind == "flows" else self.model.sources
        known = [*things, str(uuid4())]
        identifier = known[number % len(known)]
        found = things[identifier].classes if identifier in things else None
        answer = self.ask(person, "PUT", f"/{kind}/{identifier}/description", "changed")
        assert answer.status_code == (person.status("write", found) or 204)

    @rule(
        person=writers,
        number=nth,
        kind=st.sampled_from(["flows", "sources"]),
        new=classes,
        whole=st.booleans(),
    )
    def move(
        self, person: Person, number: int, kind: str, new: set[str] | None, whole: bool
    ) -> None:
        """To other classes, by the tag itself or by a PUT of the Flow; None leaves the tag out."""
        things: dict[str, Any] = self.model.flows if kind == "flows" else self.model.sources
        if not things:
            return
        identifier = list(things)[number % len(things)]
        thing = things[identifier]
        refused = person.status("write", thing.classes)
        wanted = set() if new is None else new
        if whole and kind == "flows":
            if new is None and not person.is_admin:
                wanted = thing.classes
            tags = self.tags(new)
            body = a_video_flow_body(id=identifier, source_id=thing.source_id, tags=tags)
            # Its collection would be reset too, but for members this person does not know of.
            thing_members = [
                each
                for each in thing.members
                if not person.may("read", self.model.flows[each].classes)
            ]
            answer = self.ask(person, "PUT", f"/flows/{identifier}", body)
        else:
            thing_members = getattr(thing, "members", [])
            path = f"/{kind}/{identifier}/tags/auth_classes"
            if new is None:
                if not thing.classes:
                    return
                answer = self.ask(person, "DELETE", path)
            else:
                answer = self.ask(person, "PUT", path, sorted(new))
        refused = refused or self.model.moved(person, thing.classes, wanted)
        assert answer.status_code == (refused or 204), (person.name, thing, new, answer.text)
        if refused is None:
            thing.move(set(wanted))
            if kind == "flows":
                thing.members = thing_members

    @rule(person=writers, number=nth, members=st.lists(nth, max_size=3, unique=True))
    def collect(self, person: Person, number: int, members: list[int]) -> None:
        if not self.model.flows:
            return
        flow_id = self.flow(number)
        ids = list(dict.fromkeys(self.flow(each) for each in members))
        ids = [each for each in ids if each != flow_id]
        refused = person.status("write", self.model.flow_classes(flow_id))
        if refused is None and any(
            each not in self.model.flows or not person.may("read", self.model.flows[each].classes)
            for each in ids
        ):
            refused = 400

        body = [{"id": each, "role": "main"} for each in ids]
        answer = self.ask(person, "PUT", f"/flows/{flow_id}/flow_collection", body)

        if answer.status_code == 400 and refused is None:
            return  # it contradicts another collection of the same Source
        assert answer.status_code == (refused or 204), answer.text
        if refused is None:
            flow = self.model.flows[flow_id]
            kept = [
                each
                for each in flow.members
                if not person.may("read", self.model.flows[each].classes)
            ]
            flow.members = [*ids, *kept]

    @rule(person=persons, number=nth)
    def see_collection(self, person: Person, number: int) -> None:
        flow_id = self.flow(number)
        classes_ = self.model.flow_classes(flow_id)
        answer = self.ask(person, "GET", f"/flows/{flow_id}")
        if person.status("read", classes_) is not None:
            return
        flow = self.model.flows[flow_id]

        def may_see(other: str) -> bool:
            return person.may("read", self.model.flows[other].classes)

        shown = answer.json()
        items = [each["id"] for each in shown.get("flow_collection", [])]
        assert items == [each for each in flow.members if may_see(each)]
        collectors = {each for each, it in self.model.flows.items() if flow_id in it.members}
        assert set(shown.get("collected_by", [])) == {it for it in collectors if may_see(it)}
        for asked, expected in ((flow_id, flow.members), ("", None)):
            path = f"/flows?limit=1000&collected_by_ids={asked}&tag.mark={self.mark}"
            ids = {each["id"] for each in self.ask(person, "GET", path).json()}
            if expected is not None:
                assert ids == {each for each in expected if may_see(each)}
            else:
                assert (flow_id in ids) is not any(may_see(each) for each in collectors)

    @rule(person=writers, number=nth, reused=st.one_of(st.none(), nth), url=st.booleans())
    def add_segment(self, person: Person, number: int, reused: int | None, url: bool) -> None:
        flow_id, objects = self.flow(number), self.model.objects
        known = list(objects)
        old = reused is not None and bool(known)
        object_id = known[(reused or 0) % len(known)] if old else f"object-{uuid4()}"
        slot = objects[object_id].slot if old else len(objects)
        body: Json = {"object_id": object_id, "timerange": f"[{slot}:0_{slot + 1}:0)"}
        if not old or url:
            address = f"https://{uuid4()}.example.com/x"
            body["get_urls"] = [{"label": f"by-{uuid4()}", "url": address}]
        refused = person.status("write", self.model.flow_classes(flow_id))
        users = self.model.users(object_id) if old else set()
        if refused is None and old:
            taken = slot in self.model.flows[flow_id].slots
            unseen = bool(users) and not self.model.readers_see(person, object_id)
            locked = bool(users) and url and not self.model.may_change(person, object_id)
            if taken and not url:
                refused = None  # it is there already
            elif taken or unseen or locked:
                refused = 400
            elif not users:
                return  # it went with its last Segment
        answer = self.ask(person, "POST", f"/flows/{flow_id}/segments", body)
        assert answer.status_code == (refused or 201), (person.name, body, answer.text)
        if refused is None:
            self.model.flows[flow_id].slots[slot] = object_id
            objects.setdefault(object_id, ModelObject(slot, flow_id))

    @rule(person=persons, number=nth)
    def get_object(self, person: Person, number: int) -> None:
        if not self.model.objects:
            return
        object_id = list(self.model.objects)[number % len(self.model.objects)]
        answer = self.ask(person, "GET", f"/objects/{object_id}")
        seen = self.model.readers_see(person, object_id)
        assert answer.status_code == (
            403 if not (person.is_admin or "read" in person.scopes) else 200 if seen else 404
        )
        if seen:
            assert answer.json()["referenced_by_flows"] == sorted(seen)
        filtered = self.ask(person, "GET", f"/objects/{object_id}?flow_tag.none=x")
        if seen:
            assert filtered.json()["referenced_by_flows"] == []

    @rule(person=writers, number=nth)
    def add_instance(self, person: Person, number: int) -> None:
        """Refused as for one that is not there, to whom it does not exist for."""
        if not self.model.objects:
            return
        object_id = list(self.model.objects)[number % len(self.model.objects)]
        body = {"label": f"by-{uuid4()}", "url": f"https://{uuid4()}.example.com/x"}
        answer = self.ask(person, "POST", f"/objects/{object_id}/instances", body)
        expected = 201 if self.model.users(object_id) else 404
        if not person.is_admin and "write" not in person.scopes:
            expected = 403
        elif not self.model.readers_see(person, object_id):
            expected = 404
        elif not self.model.may_change(person, object_id):
            expected = 403
        assert answer.status_code == expected, (person.name, answer.text)

    @rule(person=persons, number=nth)
    def segments(self, person: Person, number: int) -> None:
        flow_id = self.flow(number)
        answer = self.ask(person, "GET", f"/flows/{flow_id}/segments")
        status = person.status("read", self.model.flow_classes(flow_id))
        assert answer.status_code == (403 if status == 403 else 200)
        if answer.status_code == 200:
            slots = {} if status else self.model.flows[flow_id].slots
            found = [each["object_id"] for each in answer.json()]
            assert found == [slots[slot] for slot in sorted(slots)]

    @rule(person=writers, number=st.one_of(st.none(), nth))
    def subscribe(self, person: Person, number: int | None) -> None:
        body: Json = {
            "url": self.inbox.url,
            "api_key_name": "X-Owner",
            "api_key_value": person.name,
            "events": ["flows/created", "flows/updated", "flows/segments_added", "sources/updated"],
            "tags": self.tags(None),
        }
        refused: int | None = None
        if number is not None and self.model.flows:
            body["flow_ids"] = [self.flow(number)]
            found = self.model.flow_classes(body["flow_ids"][0])
            refused = None if found is not None and person.may("read", found) else 403
            if person.is_admin:
                refused = None
        made = self.model.new_classes(person, None, None)
        if isinstance(made, int):
            refused = made
        answer = self.ask(person, "POST", "/service/webhooks", body)
        assert answer.status_code == (refused or 201), answer.text
        if refused is None:
            assert isinstance(made, set)
            self.model.webhooks[answer.json()["id"]] = Thing(set(made))

    @rule(person=persons, number=nth, method=st.sampled_from(["GET", "GET", "DELETE"]))
    def webhook(self, person: Person, number: int, method: str) -> None:
        known = [*self.model.webhooks, str(uuid4())]
        webhook_id = known[number % len(known)]
        thing = self.model.webhooks.get(webhook_id)
        permission = "read" if method == "GET" else "delete"
        refused = person.status(permission, thing.classes if thing else None)
        answer = self.ask(person, method, f"/service/webhooks/{webhook_id}")
        assert answer.status_code == (refused or (200 if method == "GET" else 204)), answer.text
        if method == "DELETE" and refused is None:
            del self.model.webhooks[webhook_id]

    @rule(person=persons, number=nth)
    def delete(self, person: Person, number: int) -> None:
        flow_id = self.flow(number)
        refused = person.status("delete", self.model.flow_classes(flow_id))
        answer = self.ask(person, "DELETE", f"/flows/{flow_id}")
        large = refused is None and len(self.model.flows[flow_id].slots) > AT_ONCE_SEGMENTS
        assert answer.status_code == (refused or (202 if large else 204)), answer.text
        if refused is None:
            self.model.delete_flow(flow_id)

    @rule(person=persons)
    def events(self, person: Person) -> None:
        """The check of every answer is the point."""
        path = f"/events?limit=1000&since={self.began}"
        assert self.ask(person, "GET", path).status_code == (
            200 if person.is_admin or "read" in person.scopes else 403
        )

    def deliveries(self) -> None:
        """Receivers only got events about resources that their creators could read at some time."""
        things: dict[str, Thing] = {**self.model.flows, **self.model.sources, **self.model.gone}
        by_name = {each.name: each for each in PEOPLE}
        flows = [each for each in things.values() if isinstance(each, ModelFlow)]
        received = self.inbox.received[self.looked_at :]
        type(self).looked_at += len(received)
        for each in received:
            person, told = by_name[each.headers["X-Owner"]], json.dumps(each.document)
            readable = {it.source_id for it in flows if person.may("read", it.ever)}
            for identifier, thing in things.items():
                if identifier in told:
                    assert person.may("read", thing.ever) or identifier in readable


@pytest.mark.timeout(3_600 if SOAK else 600)
def test_AUT_13_nobody_sees_or_changes_what_is_not_of_their_classes(classed: Stack) -> None:
    with receiver() as inbox:
        Comparison.stack, Comparison.inbox = classed, inbox
        Comparison.looked_at = 0
        walk(Comparison, examples=EXAMPLES, further=FURTHER, steps=STEPS, steps_min=STEPS_MIN)
