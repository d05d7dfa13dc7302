"""Objects that clients register by themselves, before any Segment uses them (an extension)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from tams.errors import ConflictError, InvalidRequestError, NotFoundError
from tams.models.caller import EVERYONE
from tams.models.media_object import UncontrolledInstance
from tams.models.object_post import parse_object_post
from tams.models.stored_objects import ObjectKind, ObjectState, StoredObject
from tams.services.deletion.deletion import DeletionService
from tams.services.objects.cleanup import ObjectCleanupService
from tams.services.objects.instances import InstanceService
from tams.services.objects.objects import ObjectService, ObjectView
from tams.services.objects.registration import ObjectRegistrationService
from tests.builders import a_video_flow_body
from tests.in_process import ARCHIVE_ID
from tests.unit.services.world import World, holding, of


def new_object(world: World, **fields: Any) -> str:
    urls = [{"label": "theirs", "url": "https://example.com/a.ts"}]
    post = parse_object_post({"id": f"own/{uuid4()}", "get_urls": urls, **fields})
    return ObjectRegistrationService.of(world.platform, world.caller).create(post).id


def view(world: World, object_id: str) -> ObjectView:
    return ObjectService.of(world.platform, world.caller).get(object_id)


def stored(world: World, object_id: str) -> StoredObject:
    found = world.object(object_id)
    assert found is not None
    return found


def use(world: World, flow_id: str, object_id: str, **fields: Any) -> str:
    """Why the Flow cannot use it; empty when it does."""
    post = {"object_id": object_id, "timerange": "[0:0_1:0)", **fields}
    return " ".join(each.reason for each in world.register(flow_id, post))


def test_it_is_there_before_any_segment_and_names_no_flow(world: World) -> None:
    object_id = new_object(world, timerange="[0:0_10:0)", key_frame_count=5)

    found = view(world, object_id)

    assert (found.flow_ids, found.first_flow_id) == ([], None)
    assert [each.label for each in found.stored.instances] == ["theirs"]
    assert (str(found.stored.timerange), found.stored.key_frame_count) == ("[0:0_10:0)", 5)


def test_an_id_is_registered_once(world: World) -> None:
    object_id, flow_id = new_object(world), world.flow()
    (allocated,) = world.allocate(flow_id)

    for taken in (object_id, allocated):
        with pytest.raises(ConflictError, match="already exists"):
            new_object(world, id=taken)


def test_the_first_flow_to_use_it_makes_it_its_own(world: World) -> None:
    object_id, first, second = new_object(world), world.flow(), world.flow()

    assert use(world, first, object_id, key_frame_count=3) == ""
    assert use(world, second, object_id) == ""

    found = view(world, object_id)
    assert (found.flow_ids, found.first_flow_id) == (sorted([first, second]), first)
    assert (found.stored.kind, str(found.stored.timerange)) == (ObjectKind.MEDIA, "[0:0_1:0)")
    assert (found.stored.key_frame_count, found.stored.content_type) == (3, "video/mp2t")


def test_what_was_registered_is_settled(world: World) -> None:
    object_id, flow_id = new_object(world, timerange="[0:0_1:0)", key_frame_count=5), world.flow()

    assert "the Object holds only [0:0_1:0)" in use(
        world, flow_id, object_id, timerange="[0:0_2:0)"
    )
    assert "object_timerange" in use(world, flow_id, object_id, object_timerange="[0:0_9:0)")
    assert "key_frame_count" in use(world, flow_id, object_id, key_frame_count=6)
    assert use(world, flow_id, object_id, key_frame_count=5) == ""


def test_the_flow_it_is_for_uses_it_first(world: World) -> None:
    mine, other = world.flow(), world.flow()
    object_id = new_object(world, flow_id=mine)

    assert "another Flow" in use(world, other, object_id)
    assert use(world, mine, object_id) == ""
    assert use(world, other, object_id) == ""
    with pytest.raises(InvalidRequestError, match=r"flow_id: Flow .* does not exist"):
        new_object(world, flow_id=str(uuid4()))


def test_it_may_become_an_init_object(world: World) -> None:
    essence = a_video_flow_body(init_segments=True)["essence_parameters"]
    flow_id = world.flow(essence_parameters=essence)
    init_id, media_id = new_object(world), new_object(world)

    assert use(world, flow_id, media_id, init_object_id=init_id) == ""

    assert (stored(world, init_id).kind, stored(world, init_id).flow_id) == ("init", flow_id)


def test_who_is_limited_to_classes_registers_for_a_flow(world: World) -> None:
    flow_id = world.flow(tags=of("news"))
    news = world.as_(holding(read="news", write="news"))

    with pytest.raises(InvalidRequestError, match="flow_id: is required"):
        new_object(news)
    with pytest.raises(InvalidRequestError, match="does not exist"):
        new_object(world.as_(holding(write="sport")), flow_id=flow_id)
    object_id = new_object(news, flow_id=flow_id)

    assert view(news, object_id).flow_ids == []
    with pytest.raises(NotFoundError):
        view(world.as_(holding(read="sport")), object_id)
    with pytest.raises(NotFoundError):
        view(news, new_object(world))


def test_urls_come_and_go_but_copies_wait_for_a_segment(world: World) -> None:
    object_id, flow_id = new_object(world), world.flow()
    instances = InstanceService.of(world.platform, EVERYONE)
    second = UncontrolledInstance(url="https://example.org/a.ts", label="second")

    instances.add(object_id, second)
    instances.remove(object_id, None, "theirs")
    with pytest.raises(InvalidRequestError, match="last instance"):
        instances.remove(object_id, None, "second")
    with pytest.raises(InvalidRequestError, match="once a Segment uses it"):
        instances.copy(object_id, ARCHIVE_ID)
    assert use(world, flow_id, object_id) == ""
    instances.copy(object_id, ARCHIVE_ID)

    assert [each.label for each in stored(world, object_id).instances] == ["second"]


def test_a_label_of_a_backend_is_taken(world: World) -> None:
    with pytest.raises(InvalidRequestError, match="in use"):
        new_object(world, get_urls=[{"label": "archive", "url": "https://example.com/a"}])


def test_one_that_nothing_uses_is_removed_as_an_allocation_is(fresh_world: World) -> None:
    cleanup = ObjectCleanupService.of(fresh_world.platform)
    later = fresh_world.platform.time.now + cleanup.allocation_timeout + timedelta(seconds=1)
    used, unused, flow_id = new_object(fresh_world), new_object(fresh_world), fresh_world.flow()
    assert use(fresh_world, flow_id, used) == ""

    cleanup.sweep()
    cleanup.clean([unused, used])
    assert view(fresh_world, unused).flow_ids == []
    replace(cleanup, clock=lambda: later).sweep()
    cleanup.clean([unused, used])

    assert fresh_world.object(unused) is None
    assert stored(fresh_world, used).state is ObjectState.REFERENCED
    DeletionService.of(fresh_world.platform, EVERYONE).delete_flow(flow_id)
    assert stored(fresh_world, used).state is ObjectState.DOOMED


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"id": ""}, "id: must not be empty"),
        ({"id": "ä" * 513}, "id: must have at most 1024 bytes"),
        ({"get_urls": []}, "get_urls: must have at least 1 item"),
        ({"get_urls": [{"label": "a", "url": "ftp://x"}]}, r"get_urls\[0\].url"),
        ({"get_urls": 2 * [{"label": "a", "url": "https://x.org/"}]}, "more than once"),
        ({"timerange": "()"}, "timerange: must not be empty"),
        ({"timerange": "[0:0_"}, "timerange"),
        ({"flow_id": "x"}, "flow_id"),
    ],
)
def test_what_is_wrong_with_a_body_is_told(world: World, fields: dict[str, Any], told: str) -> None:
    with pytest.raises(InvalidRequestError, match=told):
        new_object(world, **fields)
