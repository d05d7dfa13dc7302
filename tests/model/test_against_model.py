"""The server and the model, given the same operations, give the same answers."""

from collections.abc import Iterator
from typing import Any, ClassVar
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
from tests.builders import a_multi_flow_body, a_video_flow_body, an_audio_flow_body
from tests.long_form import SOAK
from tests.maker import all_pages
from tests.model.spellings import Spelling, bounded, queries, spans
from tests.model.tams_model import EVER, SECOND, ModelObject, ModelSegment, TamsModel, hull
from tests.state_machines import walk

EXAMPLES, STEPS = (400, 100) if SOAK else (6, 80)
FURTHER = 6
STEPS_MIN = 400

BODIES = {"video": a_video_flow_body, "audio": an_audio_flow_body, "multi": a_multi_flow_body}
flows = st.integers(0, 3)
sources = st.integers(0, 1)
labels = st.sampled_from([None, "a", "b"])
tags = st.none() | st.dictionaries(st.sampled_from("xy"), st.sampled_from("12"))
chosen = st.integers(0, 30)


class Comparison(RuleBasedStateMachine):
    """Four Flows of two Sources, whatever becomes of them; every example has ids of its own."""

    api: ClassVar[httpx.Client]
    steps: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        self.model = TamsModel()
        self.mark = str(uuid4())
        self.flow_ids = [str(uuid4()) for _ in range(4)]
        self.source_ids = [str(uuid4()) for _ in range(2)]
        self.known_objects: list[str] = []

    @invariant()
    def count(self) -> None:
        type(self).steps += 1

    @initialize(order=st.permutations(range(4)), erased=st.tuples(queries, queries))
    def begin(self, order: list[int], erased: tuple[Spelling, Spelling]) -> None:
        """Three Flows with Objects at hand and Segments on them, or else what follows is about little.

        Hypothesis draws the order of the ids, which listings go by: or else no failure is replayed.
        """
        ascending = sorted(self.flow_ids)
        self.flow_ids = [ascending[place] for place in order]
        for flow, source, kind in ((0, 0, "video"), (1, 0, "video"), (2, 1, "audio")):
            self.put_flow(flow=flow, source=source, kind=kind, label=None, tags={})
            self.allocate(flow=flow, count=3)
            shared, own = self.known_objects[0], self.known_objects[-2]
            posts = [(shared, bounded(0, 2, "[", ")"), 0)]
            posts += [(own, bounded(start, start + 2, "[", ")"), start) for start in (2, 4)]
            self._post(self.flow_ids[flow], posts)
        for flow, within in enumerate(erased):
            self.delete_segments(flow=flow, within=within, number=None)

    @rule(flow=flows, source=sources, kind=st.sampled_from(sorted(BODIES)), label=labels, tags=tags)
    def put_flow(
        self, flow: int, source: int, kind: str, label: str | None, tags: dict[str, str] | None
    ) -> None:
        flow_id, source_id = self.flow_ids[flow], self.source_ids[source]
        fields: dict[str, Any] = {"container": "video/mp2t"}
        if tags is not None:
            fields["tags"] = {**tags, "mark": self.mark}
        if label is not None:
            fields["label"] = label
        body = BODIES[kind](id=flow_id, source_id=source_id, **fields)
        kept = fields.get("tags", {})
        expected = self.model.put_flow(flow_id, source_id, kind, label, kept)
        response = self.api.put(f"/flows/{flow_id}", json=body)
        assert response.status_code == expected, response.text
        self.read_flow(flow=flow, within=Spelling("_", EVER))
        if tags is None and expected in (201, 204):
            self.set_tag(flow=flow, name="mark", value=self.mark)

    @rule(flow=flows, label=labels, tags=tags)
    def put_flow_again(self, flow: int, label: str | None, tags: dict[str, str] | None) -> None:
        """With the format and the Source that it has, or else few of the PUTs are taken."""
        if (known := self.model.flows.get(self.flow_ids[flow])) is not None:
            source = self.source_ids.index(known.source_id)
            self.put_flow(flow=flow, source=source, kind=known.format, label=label, tags=tags)

    @rule(flow=flows, label=labels)
    def set_label(self, flow: int, label: str | None) -> None:
        flow_id = self.flow_ids[flow]
        expected = self.model.writable(flow_id) or 204
        if expected == 204:
            self.model.flows[flow_id].label = label
        path = f"/flows/{flow_id}/label"
        response = self.api.delete(path) if label is None else self.api.put(path, json=label)
        assert response.status_code == expected

    @rule(flow=flows, name=st.sampled_from("xy"), value=st.sampled_from([None, "1", "2"]))
    def set_tag(self, flow: int, name: str, value: str | None) -> None:
        flow_id = self.flow_ids[flow]
        refused = self.model.writable(flow_id)
        path = f"/flows/{flow_id}/tags/{name}"
        if value is None:
            there = refused is None and name in self.model.flows[flow_id].tags
            status = self.api.delete(path).status_code
            assert status == (refused or (204 if there else 404))
            if there:
                del self.model.flows[flow_id].tags[name]
            return
        assert self.api.put(path, json=value).status_code == (refused or 204)
        if refused is None:
            self.model.flows[flow_id].tags[name] = value

    @rule(flow=flows, value=st.sampled_from([False, False, False, True]))
    def set_read_only(self, flow: int, value: bool) -> None:
        flow_id = self.flow_ids[flow]
        known = flow_id in self.model.flows
        response = self.api.put(f"/flows/{flow_id}/read_only", json=value)
        assert response.status_code == (204 if known else 404)
        if known:
            self.model.flows[flow_id].read_only = value

    @rule(flow=flows, members=st.lists(flows, unique=True, max_size=2))
    def collect(self, flow: int, members: list[int]) -> None:
        flow_id = self.flow_ids[flow]
        ids = [self.flow_ids[member] for member in members]
        if self._contradicts(flow_id, ids):
            return
        expected = self.model.collect(flow_id, ids)
        body = [{"id": member} for member in ids]
        response = self.api.put(f"/flows/{flow_id}/flow_collection", json=body)
        assert response.status_code == expected, response.text

    def _contradicts(self, flow_id: str, members: list[str]) -> bool:
        """Collections of one Source that differ in order are a rule of their own (SRC-15)."""
        flow = self.model.flows.get(flow_id)
        others = self.model.of_source(flow.source_id) if flow else []
        return bool(members) and any(other.members and other.id != flow_id for other in others)

    @rule(flow=flows, count=st.integers(1, 3))
    def allocate(self, flow: int, count: int) -> None:
        flow_id = self.flow_ids[flow]
        response = self.api.post(f"/flows/{flow_id}/storage", json={"limit": count})
        assert response.status_code == (self.model.writable(flow_id) or 201)
        if response.status_code == 201:
            ids = [each["object_id"] for each in response.json()["media_objects"]]
            self.model.objects |= {each: ModelObject(flow_id) for each in ids}
            self.known_objects += ids

    def _object(self, number: int) -> str:
        known = self.known_objects
        return known[number % len(known)] if known and number % 11 else "nobody's"

    @rule(
        flow=flows,
        posts=st.lists(
            st.tuples(chosen, spans, st.sampled_from([0, 0, 0, 1, 5])), min_size=1, max_size=4
        ),
    )
    def post_segments(self, flow: int, posts: list[tuple[int, Spelling, int]]) -> None:
        named = [(self._object(number), span, offset) for number, span, offset in posts]
        self._post(self.flow_ids[flow], named)

    def _post(self, flow_id: str, posts: list[tuple[str, Spelling, int]]) -> None:
        body, failed = [], []
        refused = self.model.writable(flow_id)
        for object_id, span, offset in posts:
            body.append(
                {"object_id": object_id, "timerange": span.text, "ts_offset": f"{offset}:0"}
            )
            if refused is not None:
                continue
            assert span.range is not None
            segment = ModelSegment(span.text, span.range, object_id, offset * SECOND)
            if not self.model.post(flow_id, segment):
                failed.append((object_id, span.text))
        response = self.api.post(f"/flows/{flow_id}/segments", json=body)
        assert response.status_code == (refused or (200 if failed else 201)), response.text
        if response.status_code == 200:
            told = response.json()["failed_segments"]
            assert [(each["object_id"], each["timerange"]) for each in told] == failed

    @rule(flow=flows, gap=st.sampled_from([0, 0, 1]), number=chosen, closed=st.booleans())
    def append_segment(self, flow: int, gap: int, number: int, closed: bool) -> None:
        """Behind all that the Flow has, on one of the Objects that were allocated for it."""
        flow_id = self.flow_ids[flow]
        own = [key for key, known in self.model.objects.items() if known.flow_id == flow_id]
        if flow_id not in self.model.flows or not own:
            return
        last = max((each.range[1] for each in self.model.flows[flow_id].segments), default=0)
        start = int(-(-last // SECOND)) + gap
        span = bounded(start, start + 1, "[", "]" if closed else ")")
        self._post(flow_id, [(own[number % len(own)], span, start)])

    @rule(flow=flows, within=queries, number=st.none() | chosen)
    def delete_segments(self, flow: int, within: Spelling, number: int | None) -> None:
        flow_id = self.flow_ids[flow]
        query = {"timerange": within.text}
        object_id = None if number is None else self._object(number)
        if object_id is not None:
            query["object_id"] = object_id
        used = {each.object_id for each in self.model.segments(flow_id, EVER)}
        expected = self.model.delete_segments(flow_id, within.range, object_id)
        response = self.api.delete(f"/flows/{flow_id}/segments", params=query)
        assert response.status_code == expected
        self.list_segments(flow=flow, within=Spelling("_", EVER), reverse=False, limit=3)
        for each in sorted(used):
            self._compare_object(each)

    @rule(flow=flows, number=chosen)
    def delete_from_within(self, flow: int, number: int) -> None:
        """From inside a Segment on: it stays, and what follows goes."""
        known = self.model.flows.get(self.flow_ids[flow])
        if known is not None and known.segments:
            start = int(known.segments[number % len(known.segments)].range[0] // SECOND) + 1
            within = bounded(start, start + 4, "[", ")")
            self.delete_segments(flow=flow, within=within, number=None)

    @rule(flow=flows, sure=st.sampled_from([False] * 9 + [True]))
    def delete_flow(self, flow: int, sure: bool) -> None:
        if not sure:
            return
        flow_id = self.flow_ids[flow]
        used = {each.object_id for each in self.model.segments(flow_id, EVER)}
        expected = self.model.delete_flow(flow_id)
        assert self.api.delete(f"/flows/{flow_id}").status_code == expected
        for each in sorted(used):
            self._compare_object(each)

    @rule(flow=flows, within=queries, reverse=st.booleans(), limit=st.integers(1, 3))
    def list_segments(self, flow: int, within: Spelling, reverse: bool, limit: int) -> None:
        flow_id = self.flow_ids[flow]
        query = {"timerange": within.text, "reverse_order": str(reverse).lower(), "limit": limit}
        pages = all_pages(self.api, f"/flows/{flow_id}/segments", **query, accept_get_urls="")
        found = [(each["timerange"], each["object_id"]) for page in pages for each in page]
        expected = [
            (each.text, each.object_id) for each in self.model.segments(flow_id, within.range)
        ]
        assert found == (expected[::-1] if reverse else expected)

    @rule(flow=flows, within=queries)
    def read_flow(self, flow: int, within: Spelling) -> None:
        flow_id = self.flow_ids[flow]
        query = {"include_timerange": "true", "timerange": within.text}
        response = self.api.get(f"/flows/{flow_id}", params=query)
        if (known := self.model.flows.get(flow_id)) is None:
            assert response.status_code == 404
            return
        read = response.json()
        assert read.get("label") == known.label
        assert read.get("tags", {}) == known.tags
        assert read["source_id"] == known.source_id
        assert [each["id"] for each in read.get("flow_collection", [])] == known.members
        assert set(read.get("collected_by", [])) == self.model.collected_by(flow_id)
        ends = hull(self.model.segments(flow_id, within.range))
        if not ends:
            assert read["timerange"] == "()"
        elif ends[0] != ends[1]:
            first, last = ends[0].text.partition("_")[0], ends[1].text.partition("_")[2]
            assert read["timerange"] == f"{first}_{last}"
        else:
            assert read["timerange"] == ends[0].text

    @rule(
        within=queries,
        tag=st.none() | st.tuples(st.sampled_from("xy"), st.sampled_from("12")),
        label=labels,
        sort_by=st.sampled_from(["label", "created"]),
        reverse=st.booleans(),
    )
    def list_flows(
        self,
        within: Spelling,
        tag: tuple[str, str] | None,
        label: str | None,
        sort_by: str,
        reverse: bool,
    ) -> None:
        query = {"tag.mark": self.mark, "timerange": within.text, "sort_by": sort_by}
        query["reverse_order"] = str(reverse).lower()
        found = list(self.model.flows.values())[::-1]  # the newest first
        if within.range is None:
            found = [each for each in found if not each.segments]
        elif within.range != EVER:
            found = [each for each in found if self.model.segments(each.id, within.range)]
        if tag is not None:
            query[f"tag.{tag[0]}"] = tag[1]
            found = [each for each in found if each.tags.get(tag[0]) == tag[1]]
        if label is not None:
            query["label"] = label
            found = [each for each in found if each.label == label]
        if sort_by == "label":
            found.sort(key=lambda each: (each.label is None, each.label or "", each.id))
        pages = all_pages(self.api, "/flows", **query, limit=2)
        listed = [each["id"] for page in pages for each in page]
        expected = [each.id for each in found]
        assert listed == (expected[::-1] if reverse else expected)

    @rule(number=chosen)
    def read_object(self, number: int) -> None:
        self._compare_object(self._object(number))

    def _compare_object(self, object_id: str) -> None:
        stored = self.model.objects.get(object_id)
        response = self.api.get(f"/objects/{object_id}")
        if stored is None or stored.range is None:
            assert response.status_code == 404
            return
        assert response.status_code == 200, response.text
        assert set(response.json()["referenced_by_flows"]) == self.model.users(object_id)

    @rule(source=sources)
    def read_source(self, source: int) -> None:
        source_id = self.source_ids[source]
        response = self.api.get(f"/sources/{source_id}")
        of_it = self.model.of_source(source_id)
        assert response.status_code == (200 if of_it else 404)
        if of_it:
            assert response.json()["format"].endswith(of_it[0].format)
        listed = self.api.get("/flows", params={"source_id": source_id}).json()
        assert {each["id"] for each in listed} == {each.id for each in of_it}


@pytest.fixture
def client(stack: Stack) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=stack.api_url, timeout=120) as it:
        yield it


@pytest.mark.timeout(3_600 if SOAK else 600)
def test_server_and_model_agree(client: httpx.Client) -> None:
    Comparison.api = client
    walk(Comparison, examples=EXAMPLES, further=FURTHER, steps=STEPS, steps_min=STEPS_MIN)
