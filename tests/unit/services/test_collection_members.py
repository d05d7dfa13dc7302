"""The members of a collection, one at a time: in order, by position, as far as their caller knows them."""

from typing import Any
from uuid import uuid4

import pytest

from tams.errors import ConflictError, ForbiddenError, InvalidRequestError, NotFoundError
from tams.models.caller import EVERYONE
from tams.models.collection_resource import Member, MemberPost, MemberPut
from tams.models.page_keys import encode_page_key
from tams.models.queries import Query
from tams.services.flows.collection_members import CollectionMemberService, page_of_members
from tams.services.flows.properties import FlowPropertyService
from tests.unit.services.test_collection_resources import create, members_of
from tests.unit.services.world import World, holding, of


class Members:
    def __init__(self, world: World, collection_id: str) -> None:
        self._service = CollectionMemberService.of(world.platform, world.caller)
        self._id = collection_id

    def ids(self) -> list[str]:
        return [each.id for each in self._service.list_(self._id, Query()).items]

    def get(self, member_id: str) -> Member:
        return self._service.get(self._id, member_id)

    def add(self, member_id: str, **fields: Any) -> Member:
        return self._service.add(self._id, MemberPost.from_body({"id": member_id, **fields}))

    def put(self, member_id: str, **fields: Any) -> None:
        self._service.put(self._id, member_id, MemberPut.from_body(fields))

    def remove(self, member_id: str) -> None:
        self._service.remove(self._id, member_id)


def test_members_come_last_or_where_they_are_put(world: World) -> None:
    a, b, c, d = (world.flow() for _ in range(4))
    members = Members(world, create(world, a).id)

    assert members.add(b, role="sound").position == 1
    assert members.add(c, position=0).position == 0
    assert members.add(d, position=3).position == 3
    assert members.ids() == [c, a, b, d]
    assert members.get(b) == Member(id=b, role="sound", position=2)
    members.put(b, role="left", position=0)
    assert members.ids() == [b, c, a, d]
    members.put(b, container_mapping={"track_index": 1}, position=3)
    assert members.ids() == [c, a, d, b]
    assert members.get(b).role is None
    assert members.get(b).container_mapping is not None
    members.put(a)
    members.remove(c)
    assert members.ids() == [a, d, b]


def test_a_place_beyond_the_end_is_refused_with_the_places_there_are(world: World) -> None:
    a, b = world.flow(), world.flow()
    members = Members(world, create(world, a).id)

    with pytest.raises(InvalidRequestError, match=r"^position: 2 is beyond .* must be 0 to 1"):
        members.add(b, position=2)
    with pytest.raises(InvalidRequestError, match="must be 0 to 0"):
        members.put(a, position=1)
    assert members.ids() == [a]


def test_a_member_is_added_once_and_only_members_are_changed(world: World) -> None:
    a, b = world.flow(), world.flow()
    collection_id = create(world, a).id
    members = Members(world, collection_id)

    with pytest.raises(ConflictError, match="is a member already"):
        members.add(a)
    for call in (members.get, members.put, members.remove):
        with pytest.raises(NotFoundError, match="Member does not exist"):
            call(b)
    with pytest.raises(InvalidRequestError, match="differs from the id in the path"):
        members.put(a, id=b)
    for wrong, reason in ((str(uuid4()), "does not exist"), (collection_id, "itself")):
        with pytest.raises(InvalidRequestError, match=f"^members: .*{reason}"):
            members.add(wrong)
    with pytest.raises(NotFoundError, match="collects nothing"):
        Members(world, a).add(b)
    assert members.ids() == [a]


def test_a_change_of_members_sends_the_events_of_a_new_flow_collection(world: World) -> None:
    a, b = world.flow(), world.flow()
    made = create(world, a)
    before = {each: len(world.event_types(each)) for each in (made.id, a, b)}

    Members(world, made.id).add(b)

    told = {each: len(world.event_types(each)) - count for each, count in before.items()}
    assert told == {made.id: 1, a: 0, b: 1}
    Members(world, made.id).remove(b)
    assert "collected_by" not in world.events(b)[-1]["event"]["flow"]


def test_positions_are_those_that_the_caller_sees(world: World) -> None:
    a, b, new = (world.flow(tags=of("news")) for _ in range(3))
    hidden = world.flow(tags=of("sport"))
    made = create(world, hidden, a, b, tags=of("news"))
    news = Members(world.as_(holding(read="news", write="news")), made.id)

    assert news.ids() == [a, b]
    assert news.get(b).position == 1
    with pytest.raises(NotFoundError):
        news.get(hidden)
    with pytest.raises(NotFoundError):
        news.remove(hidden)
    assert news.add(new, position=1).position == 1
    assert news.ids() == [a, new, b]
    assert members_of(world, made.id) == [hidden, a, new, b]
    news.remove(a)
    assert members_of(world, made.id) == [hidden, new, b]


def test_who_may_only_write_adds_what_they_may_read(world: World) -> None:
    a, hidden = world.flow(tags=of("sport")), world.flow(tags=of("news"))
    made = create(world, hidden, tags=of("news"))
    writer = Members(world.as_(holding(read="sport", write="news")), made.id)

    writer.add(a)

    assert members_of(world, made.id) == [hidden, a]
    with pytest.raises(ForbiddenError):
        writer.ids()


def test_a_read_only_collection_keeps_its_members(world: World) -> None:
    a, b = world.flow(), world.flow()
    made = create(world, a)
    members = Members(world, made.id)
    FlowPropertyService.of(world.platform, EVERYONE).set_read_only(made.id, True)

    for change in (lambda: members.add(b), lambda: members.put(a), lambda: members.remove(a)):
        with pytest.raises(ForbiddenError, match="read-only"):
            change()
    assert members.ids() == [a]


def test_a_flow_that_is_listed_twice_is_put_once_and_removed_whole(world: World) -> None:
    a, b, parent = world.flow(), world.flow(), world.flow()
    world.collect(parent, a, b, a)
    members = Members(world, parent)

    assert members.ids() == [a, b, a]
    members.put(a, role="x", position=1)
    assert members.ids() == [b, a]
    world.collect(parent, a, b, a)
    members.remove(a)
    assert members.ids() == [b]


def some_members(ids: str) -> list[Member]:
    return [
        Member(id=f"{ord(each):08x}-0000-4000-8000-000000000000", position=at)
        for at, each in enumerate(ids)
    ]


def paged(ids: str, limit: int) -> list[list[int]]:
    pages, key = list[list[int]](), None
    while True:
        page = page_of_members(some_members(ids), Query(limit=limit, page=key))
        pages.append([each.position for each in page.items])
        if (key := page.next_key) is None:
            return pages


@pytest.mark.parametrize(
    ("ids", "limit", "pages"),
    [
        ("", 2, [[]]),
        ("ab", 2, [[0, 1]]),
        ("abc", 2, [[0, 1], [2]]),
        ("abac", 1, [[0], [1], [2], [3]]),
        ("aaa", 1, [[0], [1], [2]]),
    ],
)
def test_pages_of_members_end_and_repeat_nothing(
    ids: str, limit: int, pages: list[list[int]]
) -> None:
    assert paged(ids, limit) == pages


@pytest.mark.parametrize(
    ("now", "expected"), [("abcd", "cd"), ("bcd", "cd"), ("acd", "cd"), ("xabcd", "cd"), ("a", "")]
)
def test_a_page_key_outlives_changes_of_the_members(now: str, expected: str) -> None:
    key = page_of_members(some_members("abcd"), Query(limit=2)).next_key

    page = page_of_members(some_members(now), Query(limit=9, page=key))

    assert [each.id for each in page.items] == [each.id for each in some_members(expected)]


@pytest.mark.parametrize("key", ["x", encode_page_key("a"), encode_page_key("1", 1)])
def test_a_page_key_of_no_page_is_refused(key: str) -> None:
    with pytest.raises(InvalidRequestError, match="not a page key"):
        page_of_members(some_members("ab"), Query(page=key))
    assert page_of_members(some_members("ab"), Query(page=encode_page_key(-9, "z"))).items
