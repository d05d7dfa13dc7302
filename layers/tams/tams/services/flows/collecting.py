"""Finds the Flows, or the Sources, that collect others (an extension).

The table of collections says which they are. The table of Flows or Sources has the properties to filter and
sort by. The one that probably leaves fewer is asked first, and its answer narrows what the other is asked.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar

from tams.models.caller import Permission
from tams.models.paging import Page
from tams.models.queries import CollectionQuery, SourceCollectionQuery
from tams.models.stored import StoredFlow, StoredSource
from tams.ports import Repositories
from tams.services.access.permissions import readable_flows, readable_sources

Stored = TypeVar("Stored", StoredFlow, StoredSource)


class Relation(Protocol):
    """Who collects whom, as far as the caller may know of them. Each question takes one round trip.

    A caller who is limited to classes needs one more, to learn which members exist for them.
    """

    def counts(self, ids: Collection[str] | None) -> Counter[str]:
        """The members of each of these, or with None, of all that have any. Nothing has a count of 0."""
        ...

    def collectors(self, member_id: str) -> set[str]: ...


@dataclass(frozen=True, slots=True)
class FlowRelation:
    repositories: Repositories

    def counts(self, ids: Collection[str] | None) -> Counter[str]:
        classes = self.repositories.caller.classes_for(Permission.READ)
        if classes is None:
            return self.repositories.collections.member_counts(ids)
        members = self.repositories.collections.member_ids(ids)
        return _counted(members, readable_flows(self.repositories, classes, _all_of(members)))

    def collectors(self, member_id: str) -> set[str]:
        classes = self.repositories.caller.classes_for(Permission.READ)
        known = readable_flows(self.repositories, classes, [member_id])
        return set(self.repositories.collections.collectors(known).get(member_id, ()))


@dataclass(frozen=True, slots=True)
class SourceRelation:
    repositories: Repositories

    def counts(self, ids: Collection[str] | None) -> Counter[str]:
        classes = self.repositories.caller.classes_for(Permission.READ)
        members = self.repositories.collections.member_source_ids(ids)
        return _counted(members, readable_sources(self.repositories, classes, _all_of(members)))

    def collectors(self, member_id: str) -> set[str]:
        classes = self.repositories.caller.classes_for(Permission.READ)
        known = readable_sources(self.repositories, classes, [member_id])
        return set(self.repositories.collections.source_collectors(known).get(member_id, ()))


def _all_of(members: Mapping[str, Collection[str]]) -> set[str]:
    return {each for ids in members.values() for each in ids}


def _counted(members: Mapping[str, Collection[str]], known: Collection[str]) -> Counter[str]:
    return +Counter({parent: sum(each in known for each in ids) for parent, ids in members.items()})


def collecting(
    query: CollectionQuery | SourceCollectionQuery,
    relation: Relation,
    list_: Callable[..., Page[Stored]],
    id_of: Callable[[Stored], str],
) -> Page[tuple[Stored, int]]:
    """One page of those that collect, each with the number of its members.

    `list_` is that of the Flows' or Sources' repository. Three round trips, or four with `member_id`.
    """
    counts: Counter[str] = Counter()

    def among(ids: Collection[str]) -> Collection[str]:
        counts.update(relation.counts(ids))
        return counts.keys()

    if query.member_id is not None:
        page = list_(query, only=relation.collectors(query.member_id))
        counts = relation.counts([id_of(each) for each in page.items])
    elif query.filters or query.classes is not None:
        page = list_(query, among=among)
    else:
        counts = relation.counts(None)
        page = list_(query, only=counts.keys())
    return Page(tuple((each, counts[id_of(each)]) for each in page.items), page.next_key)
