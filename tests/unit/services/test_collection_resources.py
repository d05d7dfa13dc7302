"""Collections as resources: found by either table, changed as Flows are, hidden as members are."""

from typing import Any
from uuid import uuid4

import pytest

from tams.errors import ConflictError, ForbiddenError, InvalidRequestError, NotFoundError
from tams.models.caller import EVERYONE
from tams.models.collection_resource import Collection, CollectionPatch, CollectionPost
from tams.models.common import ContentFormat
from tams.models.filters import TagFilter
from tams.models.queries import CollectionQuery, FlowSort, SourceCollectionQuery
from tams.repositories import listing
from tams.services.deletion.collections import CollectionDeletionService
from tams.services.flows.collection_resources import CollectionService
from tams.services.flows.flows import FlowService
from tams.services.flows.properties import FlowPropertyService
from tams.services.flows.source_collections import SourceCollectionService
from tests.unit.services.world import World, holding, of

MULTI = ContentFormat.MULTI


def collections(world: World) -> CollectionService:
    return CollectionService.of(world.platform, world.caller)


def create(world: World, *members: str, **fields: Any) -> Collection:
    world.platform.time.pass_(seconds=1)
    items = [{"id": each} for each in members]
    return collections(world).create(CollectionPost.from_body({"members": items, **fields}))


def patch(world: World, collection_id: str, **fields: Any) -> None:
    collections(world).patch(collection_id, CollectionPatch.from_body(fields))


def listed(world: World, **query: Any) -> dict[str, int]:
    """Counts of members by id, in order."""
    page = collections(world).list_(CollectionQuery(**query))
    return {each.id: each.member_count for each in page.items}


def members_of(world: World, flow_id: str) -> list[str]:
    flow = FlowService.of(world.platform, EVERYONE).get(flow_id)
    return [each.id for each in flow.flow_collection or ()]


def source_of(world: World, flow_id: str) -> str:
    return world.stored(flow_id).flow.source_id


@pytest.fixture(params=["names ids", "reads all rows"])
def _either_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether selects name the ids they are about; in both forms, the answer is the same."""
    if request.param == "reads all rows":
        monkeypatch.setattr(listing, "NAMED_MAX", 0)


@pytest.mark.usefixtures("_either_way")
def test_flows_with_members_are_listed_whatever_finds_them(fresh_world: World) -> None:
    world = fresh_world
    a, b, alone = world.flow(), world.flow(), world.flow(label="studio")
    one = create(world, a, b, label="studio", tags={"site": "london"}).id
    world.platform.time.pass_(seconds=1)
    two = world.flow(label="camera")
    world.collect(two, b)
    empty = create(world, label="studio").id

    assert listed(world) == {two: 1, one: 2}
    assert list(listed(world, reverse=True)) == [one, two]
    assert list(listed(world, sort_by=FlowSort.LABEL)) == [two, one]
    assert listed(world, label="studio") == {one: 2}
    assert listed(world, label="nobody's") == {}
    assert listed(world, format=MULTI) == {one: 2}
    assert listed(world, source_id=source_of(world, two)) == {two: 1}
    assert listed(world, source_id=source_of(world, alone)) == {}
    assert listed(world, tags=(TagFilter("site", values=("london",)),)) == {one: 2}
    assert listed(world, tags=(TagFilter("site", exists=False),)) == {two: 1}
    assert listed(world, member_id=a) == {one: 2}
    assert listed(world, member_id=b) == {two: 1, one: 2}
    assert listed(world, member_id=b, label="camera") == {two: 1}
    for nothing in (alone, empty, one, str(uuid4())):
        assert listed(world, member_id=nothing) == {}


@pytest.mark.usefixtures("_either_way")
@pytest.mark.parametrize("asked", [{}, {"label": "x"}, {"member_id": ...}], ids=str)
def test_pages_follow_each_other_however_they_are_found(
    fresh_world: World, asked: dict[str, Any]
) -> None:
    world = fresh_world
    member = world.flow(label="x")
    made = [create(world, member, label="x").id for _ in range(5)]
    query: dict[str, Any] = {
        name: member if value is ... else value for name, value in asked.items()
    }

    found, page = list[str](), None
    while True:
        got = collections(world).list_(CollectionQuery(limit=2, page=page, **query))
        found += [each.id for each in got.items]
        if (page := got.next_key) is None:
            break

    assert found == made[::-1]


@pytest.mark.usefixtures("_either_way")
def test_a_collection_of_hidden_members_is_none(fresh_world: World) -> None:
    """As GET /flows/{flowId} shows it to this caller: without a flow_collection."""
    world = fresh_world
    news, sport = world.flow(tags=of("news")), world.flow(tags=of("sport"))
    mixed = create(world, sport, news, label="x", tags=of("news")).id
    hidden = world.flow(label="x", tags=of("news"))
    world.collect(hidden, sport)
    elsewhere = create(world, news, label="x", tags=of("sport")).id
    reader = world.as_(holding(read="news", write="news", delete="news"))

    assert listed(reader) == listed(reader, label="x") == listed(reader, member_id=news)
    assert listed(reader) == {mixed: 1}
    assert listed(reader, member_id=sport) == {}
    assert listed(world.as_(holding(read="archive"))) == {}
    assert collections(reader).get(mixed).member_count == 1
    for unknown in (hidden, elsewhere):
        with pytest.raises(NotFoundError, match="Collection does not exist"):
            collections(reader).get(unknown)
        with pytest.raises(NotFoundError):
            patch(reader, unknown, label="y")
        with pytest.raises(NotFoundError):
            CollectionDeletionService.of(world.platform, reader.caller).delete(unknown)
    assert world.stored(hidden).flow.label == "x"


def test_a_collection_is_a_multi_flow_with_what_was_asked_of_it(world: World) -> None:
    a, b = world.flow(), world.flow()
    made = create(world, b, a, label="l", description="d", tags={"t": ["u"]})

    flow = FlowService.of(world.platform, EVERYONE).get(made.id)
    assert (flow.format, flow.label, flow.description, flow.tags) == (
        MULTI,
        "l",
        "d",
        {"t": ["u"]},
    )
    assert flow.source_id == made.source_id
    assert members_of(world, made.id) == [b, a]
    assert collections(world).get(made.id) == made
    assert made.member_count == 2
    assert world.event_types(made.id) == ["flows/created"]
    assert world.event_types(a)[-1] == "flows/updated"
    with pytest.raises(ConflictError, match="already exists"):
        create(world, id=made.id)


def test_members_must_exist_for_who_collects_them_or_nothing_is_created(world: World) -> None:
    member, hidden = world.flow(tags=of("news")), world.flow(tags=of("sport"))
    news = world.as_(holding(read="news", write="news"))
    for wrong in (hidden, str(uuid4())):
        new = str(uuid4())
        with pytest.raises(InvalidRequestError, match=f"^members: Flow '{wrong}' does not exist"):
            create(news, member, wrong, id=new)
        with pytest.raises(NotFoundError):
            world.stored(new)
    made = create(news, member)
    assert made.tags == of("news")
    with pytest.raises(InvalidRequestError, match=r"^members: Flow .* must not collect itself"):
        patch(news, made.id, members=[{"id": made.id}])


def test_collections_of_one_source_agree_whoever_says_so(world: World) -> None:
    a, b = world.flow(), world.flow()
    one = create(world, a, b)
    other = create(world, source_id=one.source_id)

    with pytest.raises(InvalidRequestError, match=r"^members: .* another order"):
        create(world, b, a, source_id=one.source_id)
    with pytest.raises(InvalidRequestError, match=r"^members: .* another order"):
        patch(world, other.id, members=[{"id": b}, {"id": a}], label="not this either")
    assert world.stored(other.id).flow.label is None


def test_a_patch_changes_what_it_names_and_unsets_what_is_null(world: World) -> None:
    a, b = world.flow(), world.flow()
    made = create(world, a, label="l", description="d", tags={"s": "t", "u": "v"})
    before = len(world.event_types(made.id))

    patch(world, made.id, label=None, tags={"s": None, "w": ["x"]}, members=[{"id": b}])

    after = collections(world).get(made.id)
    assert (after.label, after.description, after.tags) == (None, "d", {"u": "v", "w": ["x"]})
    assert members_of(world, made.id) == [b]
    assert len(world.event_types(made.id)) == before + 1, "one change, one event"
    patch(world, made.id, description=None, tags=None, members=None)
    after = collections(world).get(made.id)
    assert (after.description, after.tags, after.member_count) == (None, {}, 0)


def test_a_patch_never_takes_a_collection_out_of_its_classes(world: World) -> None:
    made = create(world, tags={"a": "b", **of("news")})
    news = world.as_(holding(read="news", write="news"))

    patch(news, made.id, tags=None)

    assert collections(news).get(made.id).tags == of("news")
    for wrong in (None, ["sport"]):
        with pytest.raises(ForbiddenError):
            patch(news, made.id, tags={"auth_classes": wrong})


def test_a_patch_of_members_keeps_those_that_its_caller_does_not_know(world: World) -> None:
    known, new = world.flow(tags=of("news")), world.flow(tags=of("news"))
    hidden = world.flow(tags=of("sport"))
    made = create(world, hidden, known, tags=of("news"))
    news = world.as_(holding(read="news", write="news"))

    patch(news, made.id, members=[{"id": new}])

    assert members_of(world, made.id) == [hidden, new]


def test_a_read_only_collection_is_not_changed_nor_deleted(world: World) -> None:
    made = create(world, label="l")
    FlowPropertyService.of(world.platform, EVERYONE).set_read_only(made.id, True)

    with pytest.raises(ForbiddenError, match="read-only"):
        patch(world, made.id, label="m")
    with pytest.raises(ForbiddenError, match="read-only"):
        CollectionDeletionService.of(world.platform, EVERYONE).delete(made.id)
    assert collections(world).get(made.id).label == "l"


def test_a_collection_is_deleted_as_its_flow_is_and_its_members_stay(world: World) -> None:
    member = world.flow()
    made, other = create(world, member), world.flow()
    world.collect(other, member)
    deletion = CollectionDeletionService.of(world.platform, EVERYONE)

    for each in (made.id, other):
        assert deletion.delete(each) is None
        with pytest.raises(NotFoundError):
            collections(world).get(each)

    assert world.stored(member)
    assert world.event_types(made.id) == ["flows/created", "flows/deleted"]
    with pytest.raises(NotFoundError, match="collects nothing"):
        deletion.delete(member)
    assert world.stored(member)


def test_a_large_collection_is_deleted_in_the_background(world: World) -> None:
    settings = world.platform.settings
    at_once = settings.deletion.model_copy(update={"at_once_segments": 2})
    world.platform.settings = settings.model_copy(update={"deletion": at_once})
    made = create(world)
    FlowPropertyService.of(world.platform, EVERYONE).set(made.id, "container", "video/mp2t")
    world.segments(made.id, 3)

    request = CollectionDeletionService.of(world.platform, EVERYONE).delete(made.id)

    assert request is not None
    assert world.platform.noted.deletions.bodies == [request.id]


@pytest.mark.usefixtures("_either_way")
def test_sources_collect_what_their_flows_collect(fresh_world: World) -> None:
    world = fresh_world
    a, b, same = world.flow(), world.flow(), world.flow()
    proxy = world.flow(source_id=source_of(world, same))
    one = create(world, a, same, proxy, label="show")
    two = create(world, b, label="other")
    sources = SourceCollectionService.of(world.platform, EVERYONE)

    def found(**query: Any) -> dict[str, int]:
        page = sources.list_(SourceCollectionQuery(**query))
        return {each.id: each.member_count for each in page.items}

    assert found() == {two.source_id: 1, one.source_id: 2}
    assert found(label="show") == {one.source_id: 2}
    assert found(member_id=source_of(world, b)) == {two.source_id: 1}
    assert found(member_id=one.source_id) == {}
    assert sources.get(one.source_id).member_count == 2
    assert [each.id for each in sources.list_members(one.source_id, CollectionQuery()).items] == [
        source_of(world, a),
        source_of(world, same),
    ]
    with pytest.raises(NotFoundError, match="no Flow of the Source with this id collects"):
        sources.get(source_of(world, a))
    for unknown in (one.id, str(uuid4())):
        with pytest.raises(NotFoundError, match="Source collection does not exist"):
            sources.get(unknown)


@pytest.mark.usefixtures("_either_way")
def test_source_collections_hide_members_that_their_reader_may_not_know(
    fresh_world: World,
) -> None:
    world = fresh_world
    news, sport = world.flow(tags=of("news")), world.flow(tags=of("sport"))
    mixed = create(world, sport, news, tags=of("news")).source_id
    hidden = world.flow(tags=of("news"))
    world.collect(hidden, sport)
    sources = SourceCollectionService.of(world.platform, holding(read="news"))

    assert [
        (each.id, each.member_count) for each in sources.list_(SourceCollectionQuery()).items
    ] == [(mixed, 1)]
    by_hidden = SourceCollectionQuery(member_id=source_of(world, sport))
    assert sources.list_(by_hidden).items == ()
    (member,) = sources.list_members(mixed, CollectionQuery()).items
    assert (member.id, member.position) == (source_of(world, news), 0)
    with pytest.raises(NotFoundError):
        sources.get(source_of(world, hidden))
    with pytest.raises(NotFoundError, match="Member"):
        sources.get_member(mixed, source_of(world, sport))
