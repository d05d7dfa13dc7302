"""Objects as clients see them, and who may read and change them (OBJ, AUT-17…19, AUT-24)."""

from dataclasses import replace
from typing import Any

import pytest

from tams.errors import ForbiddenError, InvalidRequestError, NotFoundError
from tams.models.caller import EVERYONE, Caller
from tams.models.filters import TagFilter
from tams.models.flow_storage import FlowStoragePost
from tams.models.media_object import UncontrolledInstance
from tams.models.stored import StoredSegment
from tams.models.stored_objects import ObjectKind
from tams.services.access.object_permissions import unreadable, unwritable
from tams.services.deletion.deletion import DeletionService
from tams.services.objects.instances import InstanceService
from tams.services.objects.objects import ObjectService, ObjectView
from tams.services.storage.media_storage import MediaStorageService
from tests.builders import a_video_flow_body
from tests.in_process import ARCHIVE_ID
from tests.integration.local_vast import STORAGE_ID
from tests.unit.services.world import ALL_TIME, World, holding, of

THEIRS = UncontrolledInstance(url="https://example.com/a.ts", label="theirs")


def view(world: World, object_id: str, *tags: TagFilter) -> ObjectView:
    return ObjectService.of(world.platform, world.caller).get(object_id, tags)


def instances(world: World) -> InstanceService:
    return InstanceService.of(world.platform, world.caller)


def delete_all(world: World, flow_id: str, *, at_once: int = 10) -> None:
    service = replace(DeletionService.of(world.platform, EVERYONE), at_once=at_once)
    service.delete_segments(flow_id, ALL_TIME)


def segments_of(world: World, flow_id: str) -> list[StoredSegment]:
    outline = world.stored(flow_id).outline
    return world.read(lambda it: it.segments.stretch(outline, None, None, needed=5)).segments


def init_flow(world: World, **fields: Any) -> tuple[str, str, str]:
    """A Flow with init segments: its id, its media Object's and its init Object's."""
    essence = a_video_flow_body(init_segments=True)["essence_parameters"]
    flow_id = world.flow(essence_parameters=essence, **fields)
    media_id, init_id = world.allocate(flow_id, 2)
    post = {"object_id": media_id, "timerange": "[0:0_1:0)", "init_object_id": init_id}
    assert world.register(flow_id, post) == []
    return flow_id, media_id, init_id


def test_an_object_is_seen_once_a_segment_uses_it(world: World) -> None:
    flow_id = world.flow()
    (object_id,) = world.allocate(flow_id)

    with pytest.raises(NotFoundError, match="nothing has been uploaded yet"):
        view(world, object_id)
    world.register(flow_id, {"object_id": object_id, "timerange": "[0:0_1:0)"})

    found = view(world, object_id)
    assert (found.flow_ids, found.first_flow_id, found.init) == ([flow_id], flow_id, None)


def test_a_flow_is_named_while_clients_see_one_of_its_segments(world: World) -> None:
    one, other = world.flow(), world.flow()
    (object_id, _) = world.segments(one, 2)
    world.register(other, {"object_id": object_id, "timerange": "[0:0_1:0)"})
    assert view(world, object_id).flow_ids == sorted([one, other])

    delete_all(world, one, at_once=1)

    assert view(world, object_id).flow_ids == [other], "though the rows are there still"


def test_tags_narrow_the_flows_and_never_the_object(world: World) -> None:
    flow_id = world.flow(tags={"site": "london"})
    (object_id,) = world.segments(flow_id, 1)

    assert view(world, object_id, TagFilter("site", ("london",))).flow_ids == [flow_id]
    assert view(world, object_id, TagFilter("site", ("salford",))).flow_ids == []
    assert view(world, object_id, TagFilter("site", exists=False)).flow_ids == []


def test_an_init_object_is_used_through_its_media_objects(world: World) -> None:
    flow_id, media_id, init_id = init_flow(world)

    assert view(world, init_id).flow_ids == [flow_id]
    init = view(world, media_id).init
    assert init is not None
    assert (init.id, init.kind) == (init_id, ObjectKind.INIT)
    delete_all(world, flow_id)
    assert sorted(world.platform.noted.object_cleanup.bodies) == sorted([media_id, init_id])


def test_who_may_read_a_flow_may_read_its_objects_and_no_other_flows(world: World) -> None:
    news, sport = world.flow(tags=of("news")), world.flow(tags=of("sport"))
    (object_id,) = world.segments(news, 1)
    world.register(sport, {"object_id": object_id, "timerange": "[0:0_1:0)"})

    seen = view(world.as_(holding(read="sport")), object_id)
    assert (seen.flow_ids, seen.first_flow_id) == ([sport], None)
    with pytest.raises(NotFoundError):
        view(world.as_(holding(read="drama")), object_id)


def judged(world: World, caller: Caller, object_id: str) -> tuple[bool, bool]:
    """Whether the caller may not read it, and may not write it."""
    stored = world.object(object_id)
    assert stored is not None
    one = {object_id: stored}
    return world.as_(caller).read(
        lambda it: (object_id in unreadable(it, one), object_id in unwritable(it, one))
    )


def test_the_flow_an_object_was_made_for_decides_who_may_change_it(world: World) -> None:
    news, sport = world.flow(tags=of("news")), world.flow(tags=of("sport"))
    (object_id,) = world.segments(news, 1)
    world.register(sport, {"object_id": object_id, "timerange": "[0:0_1:0)"})
    both = holding(read="news sport", write="sport")

    assert judged(world, both, object_id) == (False, True)
    assert judged(world, holding(read="sport", write="news"), object_id) == (False, False)


def test_a_flow_decides_for_what_it_uses_and_not_for_what_it_used(world: World) -> None:
    news, sport = world.flow(tags=of("news")), world.flow(tags=of("sport"))
    (moved,) = world.segments(news, 1)
    world.register(sport, {"object_id": moved, "timerange": "[0:0_1:0)"})
    delete_all(world, news)
    (kept,) = world.segments(news, 1)
    caller = world.as_(holding(read="news sport", write="news"))
    objects = {each: stored for each in (moved, kept) if (stored := world.object(each))}

    assert caller.read(lambda it: unwritable(it, objects)) == {moved}


def test_when_its_flow_is_gone_all_that_use_an_object_decide(world: World) -> None:
    news, sport, drama = (world.flow(tags=of(each)) for each in ("news", "sport", "drama"))
    (object_id,) = world.segments(news, 1)
    for flow_id in (sport, drama):
        world.register(flow_id, {"object_id": object_id, "timerange": "[0:0_1:0)"})
    DeletionService.of(world.platform, EVERYONE).delete_flow(news)

    assert judged(world, holding(read="sport", write="sport"), object_id) == (False, True)
    both = holding(read="sport", write="sport drama")
    assert judged(world, both, object_id) == (False, False)


def test_an_unused_object_is_not_handed_on_to_a_later_flow_of_the_id(world: World) -> None:
    flow_id = world.flow(tags=of("news"))
    (object_id,) = world.allocate(flow_id)
    everything = holding(read="news", write="news")
    assert judged(world, everything, object_id) == (False, False)

    DeletionService.of(world.platform, EVERYONE).delete_flow(flow_id)
    world.flow(id=flow_id, tags=of("news"))

    assert judged(world, everything, object_id) == (True, True)


def test_a_new_url_shows_on_every_segment(world: World) -> None:
    one, other = world.flow(), world.flow()
    (object_id,) = world.segments(one, 1)
    world.register(other, {"object_id": object_id, "timerange": "[0:0_1:0)"})

    instances(world).add(object_id, THEIRS)

    for flow_id in (one, other):
        (segment,) = segments_of(world, flow_id)
        assert [each.label for each in segment.instances] == [None, "theirs"]
    with pytest.raises(InvalidRequestError, match="already in use"):
        instances(world).add(object_id, THEIRS)
    with pytest.raises(InvalidRequestError, match="already in use"):
        instances(world).add(object_id, THEIRS.model_copy(update={"label": "archive"}))


def test_a_new_url_of_an_init_object_shows_on_the_segments_that_need_it(world: World) -> None:
    flow_id, _, init_id = init_flow(world)

    instances(world).add(init_id, THEIRS)

    (segment,) = segments_of(world, flow_id)
    assert [each.label for each in segment.init_instances] == [None, "theirs"]


def test_the_last_instance_stays(world: World) -> None:
    (object_id,) = world.segments(world.flow(), 1)
    service = instances(world)

    with pytest.raises(InvalidRequestError, match="last instance"):
        service.remove(object_id, STORAGE_ID, None)
    service.add(object_id, THEIRS)
    service.remove(object_id, STORAGE_ID, None)
    with pytest.raises(InvalidRequestError, match="last instance"):
        service.remove(object_id, None, "theirs")
    assert len(world.platform.noted.copies.bodies) == 1, "to remove our bytes"


def test_selectors_must_mean_one_instance(world: World) -> None:
    (object_id,) = world.segments(world.flow(), 1)
    service = instances(world)
    service.add(object_id, THEIRS)

    with pytest.raises(InvalidRequestError, match="which instance to delete"):
        service.remove(object_id, None, None)
    with pytest.raises(InvalidRequestError, match="name different instances"):
        service.remove(object_id, STORAGE_ID, "theirs")
    with pytest.raises(NotFoundError):
        service.remove(object_id, ARCHIVE_ID, None)
    service.remove(object_id, STORAGE_ID, "local")


def test_a_copy_is_asked_for_once(world: World) -> None:
    (object_id,) = world.segments(world.flow(), 1)
    service = instances(world)

    with pytest.raises(InvalidRequestError, match=r"storage backend .* does not exist"):
        service.copy(object_id, "nowhere")
    with pytest.raises(InvalidRequestError, match="already has an instance"):
        service.copy(object_id, STORAGE_ID)
    service.copy(object_id, ARCHIVE_ID)
    with pytest.raises(InvalidRequestError, match="already being copied"):
        service.copy(object_id, ARCHIVE_ID)
    service.remove(object_id, ARCHIVE_ID, None)
    service.copy(object_id, ARCHIVE_ID)

    assert len(set(world.platform.noted.copies.bodies)) == 1, "the same copy, wanted again"


def test_only_who_may_write_its_flow_changes_an_objects_instances(world: World) -> None:
    (object_id,) = world.segments(world.flow(tags=of("news")), 1)

    with pytest.raises(ForbiddenError):
        instances(world.as_(holding(read="news"))).add(object_id, THEIRS)
    with pytest.raises(NotFoundError):
        instances(world.as_(holding(write="news"))).add(object_id, THEIRS)
    instances(world.as_(holding(read="news", write="news"))).add(object_id, THEIRS)


def test_an_unregistered_object_has_no_instances_to_change(world: World) -> None:
    flow_id = world.flow()
    post = FlowStoragePost.from_body({"object_ids": [f"own-{flow_id}"]})
    MediaStorageService.of(world.platform, EVERYONE).allocate(flow_id, post)

    with pytest.raises(NotFoundError):
        instances(world).add(f"own-{flow_id}", THEIRS)
