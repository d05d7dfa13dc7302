"""DELETE of Objects and Profiles: what depends on them is named, and never left without them."""

from typing import Any, cast
from uuid import uuid4

import pytest

from tams.errors import ConflictError, ForbiddenError, InvalidRequestError, NotFoundError
from tams.models.caller import EVERYONE, Caller
from tams.models.object_post import parse_object_post
from tams.models.profile import ProfilePost
from tams.models.stored_objects import ObjectState
from tams.ports import Store
from tams.services.deletion.disposal import DeletionOptions
from tams.services.deletion.objects import ObjectDeletionService
from tams.services.deletion.profiles import ProfileDeletionService
from tams.services.flows.properties import FlowPropertyService
from tams.services.objects.objects import ObjectService
from tams.services.objects.registration import ObjectRegistrationService
from tams.services.service.profiles import ProfileService
from tests.in_process import Platform
from tests.unit.services.binned import DAY, HARD, BinWorld, Interrupted
from tests.unit.services.world import holding, of

CASCADE = DeletionOptions(cascade=True)
PLAIN = DeletionOptions()


@pytest.fixture(params=[0, 7 * DAY], ids=["no bin", "bin"])
def world(request: pytest.FixtureRequest, platform: Platform) -> BinWorld:
    world = BinWorld(platform)
    world.keep_for(request.param)
    return world


@pytest.fixture
def binned(platform: Platform) -> BinWorld:
    world = BinWorld(platform)
    world.keep_for(7 * DAY)
    return world


def delete(
    world: BinWorld, object_id: str, options: DeletionOptions = PLAIN, caller: Caller = EVERYONE
) -> None:
    ObjectDeletionService.of(world.platform, caller).delete(object_id, options)


def use(object_id: str, at: int) -> dict[str, str]:
    """A Segment of a second on an Object that begins at 0."""
    return {
        "object_id": object_id,
        "timerange": f"[{at}:0_{at + 1}:0)",
        "ts_offset": f"{at}:0",
    }


def used_by(world: BinWorld, object_id: str, count: int) -> list[str]:
    flows = [world.flow() for _ in range(count)]
    for flow_id in flows:
        assert world.register(flow_id, use(object_id, 5)) == []
    return flows


def is_shown(world: BinWorld, object_id: str) -> bool:
    try:
        ObjectService.of(world.platform, EVERYONE).get(object_id)
    except NotFoundError:
        return False
    return True


def test_an_object_in_use_names_the_flows_and_stays(world: BinWorld) -> None:
    flow_id = world.flow()
    object_id, _ = world.segments(flow_id, 2)
    others = used_by(world, object_id, 11)

    with pytest.raises(ConflictError) as refused:
        delete(world, object_id)

    text = str(refused.value)
    assert sum(each in text for each in (flow_id, *others)) == 10
    assert "and 2 more" in text
    assert "cascade=true" in text
    assert world.listed(flow_id) == ["[0:0_1:0)", "[1:0_2:0)"]
    assert is_shown(world, object_id)


def test_cascade_takes_the_segments_from_all_flows(world: BinWorld) -> None:
    flow_id = world.flow()
    object_id, kept_id = world.segments(flow_id, 2)
    (other,) = used_by(world, object_id, 1)
    assert world.register(other, use(object_id, 8)) == []

    delete(world, object_id, CASCADE)

    assert (world.listed(flow_id), world.listed(other)) == (["[1:0_2:0)"], [])
    assert world.spans(other) == "()"
    assert not is_shown(world, object_id)
    assert is_shown(world, kept_id)
    assert world.event_types(flow_id)[-1] == "flows/segments_deleted"
    ranges = [
        each["event"]["timerange"]
        for each in world.events(other)
        if each["event_type"] == "flows/segments_deleted"
    ]
    assert ranges == ["[5:0_6:0)", "[8:0_9:0)"]
    with pytest.raises(NotFoundError):
        delete(world, object_id, CASCADE)


def test_its_bytes_live_as_long_as_the_bin_needs_them(binned: BinWorld) -> None:
    flow_id = binned.flow()
    (object_id,) = binned.segments(flow_id, 1)
    delete(binned, object_id, CASCADE)
    assert binned.platform.noted.object_cleanup.sent == []

    assert binned.restore_segments(flow_id).segment_count == 1
    assert binned.listed(flow_id) == ["[0:0_1:0)"]

    delete(binned, object_id, CASCADE)
    binned.platform.time.pass_(seconds=8 * DAY)
    binned.purge_until_empty()
    assert binned.object(object_id) is None


def test_without_a_bin_they_go_at_once(binned: BinWorld) -> None:
    flow_id = binned.flow()
    first, second = binned.segments(flow_id, 2)
    binned.delete_segments(flow_id, "[0:0_1:0)")  # one use of `first` in the bin
    used_by(binned, first, 1)
    hard = DeletionOptions(soft_delete=False, cascade=True)

    for each in (first, second):
        delete(binned, each, hard)

    assert binned.platform.noted.object_cleanup.bodies == [second], "the bin still needs the first"
    kept = binned.object(first)
    assert kept is not None
    assert (kept.state, kept.reference_count) == (ObjectState.REFERENCED, 1)
    assert binned.restore_segments(flow_id).segment_count == 1


def test_an_init_object_names_its_media_objects_and_goes_with_them(world: BinWorld) -> None:
    flow_id = world.flow(essence_parameters={"init_segments": True, "vfr": True, **SIZE})
    init_id, *media = world.allocate(flow_id, 4)
    posts = [
        {
            "object_id": each,
            "init_object_id": init_id,
            "timerange": f"[{at}:0_{at + 1}:0)",
        }
        for at, each in enumerate(media)
    ]
    assert world.register(flow_id, *posts) == []

    with pytest.raises(ConflictError, match="is the init Object of media Objects") as refused:
        delete(world, init_id)
    assert all(each in str(refused.value) for each in media)

    delete(world, init_id, CASCADE)

    assert world.listed(flow_id) == []
    assert not any(is_shown(world, each) for each in (init_id, *media))
    if world.bin_of(flow_id):
        assert world.restore_segments(flow_id).segment_count == 3
        assert is_shown(world, init_id)
    else:
        assert set(world.platform.noted.object_cleanup.bodies) == {init_id, *media}


SIZE = {"frame_width": 1920, "frame_height": 1080}


def test_an_object_that_nothing_uses_is_released(world: BinWorld) -> None:
    flow_id = world.flow()
    (allocated,) = world.allocate(flow_id)
    post = {"id": f"o-{uuid4()}", "get_urls": [{"label": "mine", "url": "https://a.example/b"}]}
    registered = ObjectRegistrationService.of(world.platform, EVERYONE).create(
        parse_object_post(post)
    )

    for object_id in (allocated, registered.id):
        delete(world, object_id)
        stored = world.object(object_id)
        assert stored is not None
        assert stored.state is ObjectState.DOOMED
        assert object_id in world.platform.noted.object_cleanup.bodies
        with pytest.raises(NotFoundError):
            delete(world, object_id)
    (fault,) = world.register(flow_id, {"object_id": allocated, "timerange": "[0:0_1:0)"})
    assert allocated in fault.reason


def test_the_bin_does_not_keep_what_nothing_uses(binned: BinWorld) -> None:
    (object_id,) = binned.allocate(binned.flow())
    with pytest.raises(InvalidRequestError, match="soft_delete"):
        delete(binned, object_id, DeletionOptions(soft_delete=True))
    delete(binned, object_id, HARD)


def test_a_read_only_flow_keeps_all(world: BinWorld) -> None:
    flow_id = world.flow()
    (object_id,) = world.segments(flow_id, 1)
    (other,) = used_by(world, object_id, 1)
    FlowPropertyService.of(world.platform, EVERYONE).set_read_only(other, True)

    with pytest.raises(ForbiddenError, match="read-only"):
        delete(world, object_id, CASCADE)

    assert (world.listed(flow_id), world.listed(other)) == (["[0:0_1:0)"], ["[5:0_6:0)"])


def test_classes_decide_what_is_named_and_what_goes(world: BinWorld) -> None:
    news, sport = world.flow(tags=of("news")), world.flow(tags=of("sport"))
    (object_id,) = world.segments(news, 1)
    assert world.register(sport, use(object_id, 5)) == []

    def refused(caller: Caller, error: type[Exception], options: DeletionOptions = PLAIN) -> str:
        with pytest.raises(error) as found:
            delete(world, object_id, options, caller)
        return str(found.value)

    editor = holding(read="news", write="news", delete="news")
    text = refused(editor, ConflictError)
    assert news in text
    assert sport not in text
    assert "Flows that you may not read" in text
    text = refused(editor, ForbiddenError, CASCADE)
    assert sport not in text
    assert "permission" in refused(holding(read="news sport"), ForbiddenError)
    assert "Object" in refused(holding(read="drama", delete="drama"), NotFoundError)
    assert len(world.listed(news)) == len(world.listed(sport)) == 1

    delete(world, object_id, CASCADE, holding(read="news", delete="news sport"))
    assert world.listed(news) == world.listed(sport) == []


@pytest.fixture
def profile(world: BinWorld) -> str:
    return new_profile(world)


def new_profile(world: BinWorld) -> str:
    profile_id = str(uuid4())
    metadata = {
        "format": "urn:x-nmos:format:data",
        "codec": "application/json",
        "container": "application/json",
        "essence_parameters": {"data_type": "urn:x-test"},
    }
    post = ProfilePost.from_body({"id": profile_id, "flow_metadata": metadata})
    ProfileService.of(world.platform, EVERYONE).create(profile_id, post)
    return profile_id


TECHNICAL = ("format", "codec", "container", "essence_parameters")


def linked(profile_id: str) -> dict[str, Any]:
    """The fields of a Flow that has its technical description from a Profile."""
    return {"profile_id": profile_id, **dict.fromkeys(TECHNICAL)}


def delete_profile(world: BinWorld, profile_id: str, options: DeletionOptions = PLAIN) -> None:
    ProfileDeletionService.of(world.platform, EVERYONE).delete(profile_id, options)


def test_a_profile_in_use_names_the_flows(world: BinWorld, profile: str) -> None:
    flow_id = world.flow(**linked(profile))

    with pytest.raises(ConflictError, match=flow_id):
        delete_profile(world, profile)

    world.delete_flow(flow_id)
    if world.bin_of(flow_id):
        with pytest.raises(ConflictError, match="recycle bin keeps"):
            delete_profile(world, profile)
        world.platform.time.pass_(seconds=8 * DAY)
        world.purge_until_empty()
    delete_profile(world, profile)
    for ask in (
        ProfileService.of(world.platform, EVERYONE).get,
        lambda it: delete_profile(world, it),
    ):
        with pytest.raises(NotFoundError):
            ask(profile)
    with pytest.raises(InvalidRequestError, match="does not exist"):
        world.flow(**linked(profile))


@pytest.mark.parametrize(
    ("options", "told"),
    [(CASCADE, "unlink"), (DeletionOptions(soft_delete=True), "does not keep Profiles")],
)
def test_a_profile_is_only_deleted_alone_and_for_good(
    binned: BinWorld, options: DeletionOptions, told: str
) -> None:
    profile_id = new_profile(binned)
    with pytest.raises(InvalidRequestError, match=told):
        delete_profile(binned, profile_id, options)
    assert ProfileService.of(binned.platform, EVERYONE).get(profile_id).id == profile_id


def test_a_profile_is_not_deleted_while_a_flow_is_linked(world: BinWorld, profile: str) -> None:
    """The Flow is created after the deletion began: that one runs again, and sees it."""
    flows: list[str] = []
    store = Interrupted(
        world.platform.store(EVERYONE), lambda: flows.append(world.flow(**linked(profile)))
    )

    with pytest.raises(ConflictError, match="is used by Flow"):
        ProfileDeletionService(cast(Store, store), world.platform.settings).delete(profile, PLAIN)

    assert len(flows) == 1
    assert world.stored(flows[0]).flow.profile_id == profile
