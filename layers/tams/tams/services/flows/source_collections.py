"""Collections of Sources as resources (an extension). They follow from those of Flows: they are only read."""

from dataclasses import dataclass, replace
from typing import Self

from tams.errors import NotFoundError
from tams.models.caller import Caller, Permission, classes_of
from tams.models.collection_resource import SourceCollection, SourceMember
from tams.models.common import ContentFormat
from tams.models.paging import Page
from tams.models.queries import Query, SourceCollectionQuery
from tams.models.source import Source
from tams.ports import Platform, Repositories, Store
from tams.services.access.permissions import check, readable_sources
from tams.services.flows.collecting import SourceRelation, collecting
from tams.services.flows.collection_members import member_of, page_of_members
from tams.services.flows.sources import members_of

_KIND = "Source collection"


@dataclass(frozen=True, slots=True)
class SourceCollectionService:
    store: Store

    @classmethod
    def of(cls, platform: Platform, caller: Caller) -> Self:
        return cls(platform.store(caller))

    def list_(self, query: SourceCollectionQuery) -> Page[SourceCollection]:
        """Sources that have members which exist for the caller."""

        def work(repositories: Repositories) -> Page[SourceCollection]:
            asked = replace(query, classes=repositories.caller.classes_for(Permission.READ))
            page = collecting(
                asked,
                SourceRelation(repositories),
                repositories.sources.list_,
                lambda stored: stored.source.id,
            )
            found = tuple(_described(stored.source, count) for stored, count in page.items)
            return Page(found, page.next_key)

        return self.store.read(work)

    def get(self, source_id: str) -> SourceCollection:
        """Raises NotFoundError, also for a Source that collects nothing and is not multi; ForbiddenError."""
        source, members = self._read(source_id)
        return _described(source, len(members))

    def list_members(self, source_id: str, query: Query) -> Page[SourceMember]:
        """In order. Raises as `get`, and InvalidRequestError."""
        return page_of_members(self._read(source_id)[1], query)

    def get_member(self, source_id: str, member_id: str) -> SourceMember:
        """Raises as `get`, and NotFoundError for a Source that is no member."""
        return member_of(self._read(source_id)[1], member_id)

    def _read(self, source_id: str) -> tuple[Source, list[SourceMember]]:
        def work(repositories: Repositories) -> tuple[Source, list[SourceMember]]:
            stored = repositories.sources.find(source_id)
            if stored is None:
                raise NotFoundError(_KIND, source_id)
            source, caller = stored.source, repositories.caller
            check(caller, Permission.READ, _KIND, source_id, classes_of(source.tags))
            items = members_of(repositories, stored)
            classes = caller.classes_for(Permission.READ)
            known = readable_sources(repositories, classes, {item.id for item in items})
            seen = [item for item in items if item.id in known]
            if not seen and source.format is not ContentFormat.MULTI:
                raise NotFoundError(
                    _KIND, source_id, "no Flow of the Source with this id collects anything"
                )
            return source, [SourceMember(**dict(item), position=at) for at, item in enumerate(seen)]

        return self.store.read(work)


def _described(source: Source, member_count: int) -> SourceCollection:
    return SourceCollection(
        id=source.id,
        format=source.format,
        label=source.label,
        description=source.description,
        tags=source.tags or {},
        member_count=member_count,
    )
