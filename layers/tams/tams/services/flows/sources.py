"""Sources: read, with the collections derived from those of their Flows."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Self

from tams.models.caller import Caller, Permission
from tams.models.collection import CollectionItem
from tams.models.paging import Page
from tams.models.queries import SourceQuery
from tams.models.source import Source
from tams.models.stored import StoredSource
from tams.models.versioned import Versioned, is_known
from tams.ports import Platform, Repositories, Store
from tams.services.access.permissions import readable_sources, redacted_sources, source_to
from tams.services.access.versions import version_for


@dataclass(frozen=True, slots=True)
class SourceService:
    store: Store

    @classmethod
    def of(cls, platform: Platform, caller: Caller) -> Self:
        return cls(platform.store(caller))

    def get(self, source_id: str) -> Source:
        """Raises NotFoundError."""
        source = self.get_versioned(source_id).value
        assert source is not None
        return source

    def get_versioned(self, source_id: str, known: Collection[str] = ()) -> Versioned[Source]:
        """The same, unless the client has this version. Source: GET /sources/{sourceId}.

        One select is all if the client has it, or if the Source is unrelated.

        Whatever changes a Source or its collections writes its row.
        """

        def work(repositories: Repositories) -> Versioned[Source]:
            stored = source_to(Permission.READ, repositories, source_id)
            version = version_for(repositories.caller, stored.source.created, stored.revision)
            if is_known(version, known):
                return Versioned(version, None)
            (source,) = as_caller_sees(repositories, [stored])
            return Versioned(version, source)

        return self.store.read(work)

    def list_(self, query: SourceQuery) -> Page[Source]:
        """Source: GET /sources."""

        def work(repositories: Repositories) -> Page[Source]:
            asked = replace(query, classes=repositories.caller.classes_for(Permission.READ))
            page = repositories.sources.list_(asked, collected_by(repositories, asked))
            return Page(tuple(as_caller_sees(repositories, page.items)), page.next_key)

        return self.store.read(work)


def as_caller_sees(repositories: Repositories, stored: Sequence[StoredSource]) -> list[Source]:
    """Sources as this caller sees them."""
    classes = repositories.caller.classes_for(Permission.READ)
    return redacted_sources(repositories, classes, with_collections(repositories, stored))


def with_collections(repositories: Repositories, stored: Sequence[StoredSource]) -> list[Source]:
    """Complete Sources, with their collections: two round trips for all, or none if they are unrelated."""
    ids = [each.source.id for each in stored if not each.is_unrelated]
    members = repositories.collections.source_members(ids)
    collectors = repositories.collections.source_collectors(ids)
    return [
        each.source.model_copy(
            update={
                "source_collection": tuple(members.get(each.source.id, ())) or None,
                "collected_by": tuple(collectors.get(each.source.id, ())) or None,
            }
        )
        for each in stored
    ]


def members_of(repositories: Repositories, stored: StoredSource) -> list[CollectionItem]:
    """What a Source collects. One round trip, or none if it is unrelated."""
    if stored.is_unrelated:
        return []
    source_id = stored.source.id
    return repositories.collections.source_members([source_id]).get(source_id, [])


def collected_by(repositories: Repositories, query: SourceQuery) -> Callable[[str], bool] | None:
    """Decides by `collected_by_ids`: collected by any of these, or if empty, by nothing (SRC-9, SRC-10)."""
    wanted = query.collected_by_ids
    if wanted is None:
        return None
    parents: Collection[str] | None = wanted or None
    if query.classes is not None:
        known = wanted or repositories.collections.parent_sources()
        parents = readable_sources(repositories, query.classes, known)
    collected = repositories.collections.collected_sources(parents)
    return lambda source_id: (source_id in collected) is bool(wanted)
