"""Services that share a transaction see one snapshot, with one begin and one commit."""

from uuid import uuid4

import pytest

from tams.errors import InvalidRequestError, NotFoundError
from tams.models.caller import EVERYONE
from tams.models.flow import parse_flow_put
from tams.models.flow_segment import parse_segments_post
from tams.models.flow_storage import FlowStoragePost
from tams.ports import Platform
from tams.services.deletion.deletion import DeletionService
from tams.services.events.log import EventQuery
from tams.services.flows.flows import FlowService
from tams.services.segments.segments import FlowSegmentService
from tams.services.storage.media_storage import MediaStorageService
from tams.services.webhooks.relay import EventRelay
from tests.builders import a_video_flow_body
from tests.services import Services
from vastlocal.control import Control


def a_flow_with_media(platform: Platform, flow_id: str, timerange: str = "[0:0_1:0)") -> None:
    body = a_video_flow_body(id=flow_id, source_id=str(uuid4()))
    FlowService.of(platform, EVERYONE).put(flow_id, parse_flow_put(body))
    storage = MediaStorageService.of(platform, EVERYONE)
    allocated = storage.allocate(flow_id, FlowStoragePost.from_body({"limit": 1}))
    (made,) = allocated.media_objects or ()
    post = parse_segments_post({"object_id": made.object_id, "timerange": timerange})
    segments = FlowSegmentService.of(platform, EVERYONE)
    assert segments.register(flow_id, post.entries, single=True) == []


def test_a_flow_with_its_segments_is_one_begin_and_one_commit(
    services: Services, vast: Control
) -> None:
    flow_id = str(uuid4())
    vast.reset()

    services.platform.together(EVERYONE, lambda it: a_flow_with_media(it, flow_id), flow_id)

    counted = vast.counters().requests
    assert (counted["begin"], counted["commit"]) == (1, 1)
    assert str(services.flows.get(flow_id, include_timerange=True).timerange) == "[0:0_1:0)"
    services.event_relay.relay()
    found = services.event_log.page(EventQuery(limit=10, flow_ids=(flow_id,))).items
    kinds = [item["event_type"] for _, item in found]
    assert kinds == ["flows/created", "flows/segments_added"]


def test_what_one_service_refuses_leaves_nothing_of_the_others(services: Services) -> None:
    flow_id = str(uuid4())

    def work(platform: Platform) -> None:
        a_flow_with_media(platform, flow_id)
        FlowSegmentService.of(platform, EVERYONE).register(
            flow_id,
            parse_segments_post({"object_id": "nobody's", "timerange": "[1:0_2:0)"}).entries,
            single=True,
        )

    with pytest.raises(InvalidRequestError):
        services.platform.together(EVERYONE, work)
    with pytest.raises(NotFoundError):
        services.flows.get(flow_id)


def test_a_conflict_runs_all_of_it_again(services: Services) -> None:
    flow_id = str(uuid4())
    services.platform.together(EVERYONE, lambda it: a_flow_with_media(it, flow_id))
    runs = []

    def work(platform: Platform) -> None:
        runs.append(platform)
        flows = FlowService.of(platform, EVERYONE)
        before = flows.get(flow_id)
        if len(runs) == 1:  # another writer is quicker
            services.flow_properties.set(flow_id, "label", "theirs")
        body = a_video_flow_body(
            id=flow_id, source_id=before.source_id, description=f"after {before.label}"
        )
        flows.put(flow_id, parse_flow_put(body))

    services.platform.together(EVERYONE, work)

    assert len(runs) == 2
    assert services.flows.get(flow_id).description == "after theirs"


def test_queues_get_their_hints_after_the_commit(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    flow_id, sent = str(uuid4()), list[str]()
    services.platform.together(EVERYONE, lambda it: a_flow_with_media(it, flow_id))

    def note(bodies: list[str], **_: float) -> None:
        sent.extend(bodies)

    monkeypatch.setattr(services.platform.queues.object_cleanup, "send", note)

    def work(platform: Platform) -> None:
        DeletionService.of(platform, EVERYONE).delete_flow(flow_id)
        assert not sent

    services.platform.together(EVERYONE, work)

    assert len(sent) == 1, "the Object that nothing needs any more"


def test_a_part_of_the_service_may_join_what_a_caller_began(services: Services) -> None:
    flow_id = str(uuid4())

    def work(platform: Platform) -> int:
        a_flow_with_media(platform, flow_id)
        return EventRelay.of(platform).relay()

    services.event_relay.relay()
    assert services.platform.together(EVERYONE, work) >= 2
