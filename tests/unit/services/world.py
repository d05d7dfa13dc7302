"""Starting points for tests of services: Flows, Objects and Segments, created by the real services."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import uuid4

from tams.models.caller import EVERYONE, Caller, Permission, Scope
from tams.models.flow import parse_flow_put
from tams.models.flow_segment import SegmentFault, parse_segments_post
from tams.models.flow_storage import FlowStoragePost
from tams.models.stored import StoredFlow
from tams.models.stored_objects import StoredObject
from tams.ports import Repositories
from tams.services.events.log import EventLog, EventQuery
from tams.services.flows.flows import FlowService
from tams.services.flows.properties import FlowPropertyService
from tams.services.segments.segments import FlowSegmentService
from tams.services.segments.window import PageRequest
from tams.services.storage.media_storage import MediaStorageService
from tams.services.webhooks.relay import EventRelay
from tams.timing import TimeRange
from tests.builders import a_video_flow_body
from tests.in_process import Platform

T = TypeVar("T")
ALL_TIME = TimeRange.eternity()


def holding(**classes: str) -> Caller:
    """A caller who may, for each permission, do that with the classes named."""
    held = {each: frozenset(classes.get(each, "").split()) for each in Permission}
    return Caller("alice", frozenset(Scope), held)


def of(*classes: str) -> dict[str, Any]:
    """The tags of a resource of these classes."""
    return {"auth_classes": list(classes)}


@dataclass
class World:
    platform: Platform
    caller: Caller = EVERYONE
    ids: list[str] = field(default_factory=list)
    """Of the Flows it made."""

    def as_(self, caller: Caller) -> "World":
        return World(self.platform, caller, self.ids)

    def read(self, work: Callable[[Repositories], T]) -> T:
        return self.platform.store(self.caller).read(work)

    def write(self, work: Callable[[Repositories], T]) -> T:
        return self.platform.store(self.caller).write(work)

    def flow(self, **fields: Any) -> str:
        """A new Flow, of a new Source unless it is named; its id. A field of None is left out."""
        whole = a_video_flow_body(**{"id": str(uuid4()), "source_id": str(uuid4()), **fields})
        body = {name: value for name, value in whole.items() if value is not None}
        FlowService.of(self.platform, self.caller).put(body["id"], parse_flow_put(body))
        self.ids.append(body["id"])
        return str(body["id"])

    def collect(self, parent: str, *members: str) -> None:
        items = parse_flow_put(
            a_video_flow_body(id=parent, flow_collection=[{"id": each} for each in members])
        ).common.flow_collection
        FlowPropertyService.of(self.platform, self.caller).set_collection(parent, items or ())

    def stored(self, flow_id: str) -> StoredFlow:
        return self.read(lambda it: it.flows.get(flow_id))

    def object(self, object_id: str) -> StoredObject | None:
        return self.read(lambda it: it.objects.find_many([object_id]).get(object_id))

    def allocate(self, flow_id: str, count: int = 1) -> list[str]:
        post = FlowStoragePost.from_body({"limit": count})
        storage = MediaStorageService.of(self.platform, self.caller).allocate(flow_id, post)
        return [each.object_id for each in storage.media_objects or ()]

    def register(self, flow_id: str, *posts: dict[str, Any]) -> list[SegmentFault]:
        entries = parse_segments_post(list(posts)).entries
        service = FlowSegmentService.of(self.platform, self.caller)
        return service.register(flow_id, entries, single=False)

    def segments(self, flow_id: str, count: int, first: int = 0) -> list[str]:
        """So many Segments of a second each, side by side, each on an Object of its own; the Objects' ids."""
        ids = self.allocate(flow_id, count)
        posts = [
            {"object_id": each, "timerange": f"[{first + at}:0_{first + at + 1}:0)"}
            for at, each in enumerate(ids)
        ]
        assert self.register(flow_id, *posts) == []
        return ids

    def listed(self, flow_id: str, limit: int = 100) -> list[str]:
        """The timeranges of the Segments that a client sees."""
        service = FlowSegmentService.of(self.platform, self.caller)
        page = service.list_(flow_id, PageRequest(ALL_TIME, limit))
        return [str(each.timerange) for each in page.segments]

    def spans(self, flow_id: str) -> str:
        flows = FlowService.of(self.platform, self.caller)
        return str(flows.get(flow_id, include_timerange=True).timerange)

    def events(self, *flow_ids: str, source_ids: Sequence[str] = ()) -> list[dict[str, Any]]:
        """All there are, in order."""
        EventRelay.of(self.platform).relay()
        query = EventQuery(limit=100, flow_ids=flow_ids, source_ids=tuple(source_ids))
        page = EventLog.of(self.platform, self.caller).page(query)
        return [dict(document) for _, document in page.items]

    def event_types(self, *flow_ids: str, source_ids: Sequence[str] = ()) -> list[str]:
        return [each["event_type"] for each in self.events(*flow_ids, source_ids=source_ids)]
