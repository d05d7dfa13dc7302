"""The members of a collection, one at a time (an extension)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self, TypeVar

from tams.errors import ConflictError, InvalidRequestError, NotFoundError, quoted
from tams.models.caller import Caller, Permission
from tams.models.collection import FlowCollectionItem
from tams.models.collection_resource import Member, MemberPost, MemberPut, SourceMember
from tams.models.page_keys import decode_page_key, encode_page_key
from tams.models.paging import Page
from tams.models.queries import Query
from tams.ports import Clock, Platform, Repositories, Store
from tams.services.clock.record_times import moment_of_change
from tams.services.flows.collecting_flow import CollectingFlow
from tams.services.flows.collection_resources import faults_in_place

AnyMember = TypeVar("AnyMember", Member, SourceMember)
Items = tuple[FlowCollectionItem, ...]


@dataclass(frozen=True, slots=True)
class CollectionMemberService:
    """Positions are those among the members that exist for the caller; the others keep their places.

    If a `flow_collection` names a Flow more than once, each entry is listed. `put` leaves one of them, and
    `remove` none.
    """

    store: Store
    clock: Clock

    @classmethod
    def of(cls, platform: Platform, caller: Caller) -> Self:
        return cls(platform.store(caller), platform.clock)

    def list_(self, collection_id: str, query: Query) -> Page[Member]:
        """In order. Raises NotFoundError, ForbiddenError."""
        return page_of_members(self._members(collection_id), query)

    def get(self, collection_id: str, member_id: str) -> Member:
        """Raises NotFoundError, also for a Flow that is no member; ForbiddenError."""
        return member_of(self._members(collection_id), member_id)

    def add(self, collection_id: str, post: MemberPost) -> Member:
        """Raises NotFoundError, ForbiddenError, InvalidRequestError, ConflictError (a member already)."""

        def edit(items: Items) -> tuple[Items, int]:
            if any(item.id == post.id for item in items):
                raise ConflictError(f"id: Flow {quoted(post.id)} is a member already")
            place = len(items) if post.position is None else post.position
            return _with(items, _item(post.id, post), place), place

        place = self._change(collection_id, edit)
        return Member(**dict(_item(post.id, post)), position=place)

    def put(self, collection_id: str, member_id: str, put: MemberPut) -> None:
        """Replace a member's properties, and move it if `position` is given. Raises as `add` and `get`."""
        if put.id not in {None, member_id}:
            raise InvalidRequestError(
                f"id: {quoted(put.id or '')} differs from the id in the path, {quoted(member_id)}"
            )

        def edit(items: Items) -> tuple[Items, int]:
            others = _without(items, member_id)
            here = next(at for at, item in enumerate(items) if item.id == member_id)
            place = here if put.position is None else put.position
            return _with(others, _item(member_id, put), place), place

        self._change(collection_id, edit)

    def remove(self, collection_id: str, member_id: str) -> None:
        """Raises as `get`, and ForbiddenError (read-only)."""
        self._change(collection_id, lambda items: (_without(items, member_id), 0))

    def _members(self, collection_id: str) -> list[Member]:
        items = self.store.read(
            lambda repositories: (
                CollectingFlow.to(Permission.READ, repositories, collection_id).items
            )
        )
        return [Member(**dict(item), position=at) for at, item in enumerate(items)]

    def _change(self, collection_id: str, edit: Callable[[Items], tuple[Items, int]]) -> int:
        """`edit` returns the new members, and the place of the one it is about."""

        def work(repositories: Repositories) -> int:
            found = CollectingFlow.to_change(repositories, collection_id)
            items, place = edit(found.items)
            now = moment_of_change(self.clock(), found.stored)
            found.save(found.stored.flow, now, items)
            return place

        with faults_in_place():
            return self.store.write(work, collection_id)


def page_of_members(members: Sequence[AnyMember], query: Query) -> Page[AnyMember]:
    """One page, after the member that the page key names. If that one is gone, after its place.

    Raises InvalidRequestError.
    """
    start = 0
    if query.page is not None:
        position, last_id = decode_page_key(query.page, int, str)
        same = [each.position for each in members if each.id == last_id]
        start = min(same, key=lambda at: abs(at - position)) + 1 if same else max(0, position)
    chosen = tuple(members[start : start + query.limit])
    more = start + len(chosen) < len(members)
    return Page(chosen, encode_page_key(chosen[-1].position, chosen[-1].id) if more else None)


def member_of(members: Sequence[AnyMember], member_id: str) -> AnyMember:
    """Raises NotFoundError."""
    for each in members:
        if each.id == member_id:
            return each
    raise NotFoundError("Member", member_id)


def _item(member_id: str, given: MemberPut) -> FlowCollectionItem:
    return FlowCollectionItem(
        id=member_id, role=given.role, container_mapping=given.container_mapping
    )


def _with(items: Items, item: FlowCollectionItem, place: int) -> Items:
    """Raises InvalidRequestError when there is no such place."""
    if place > len(items):
        raise InvalidRequestError(
            f"position: {place} is beyond the end: with {len(items)} other members, "
            f"it must be 0 to {len(items)}"
        )
    return (*items[:place], item, *items[place:])


def _without(items: Items, member_id: str) -> Items:
    """Raises NotFoundError when it is not among them."""
    left = tuple(item for item in items if item.id != member_id)
    if len(left) == len(items):
        raise NotFoundError("Member", member_id)
    return left
