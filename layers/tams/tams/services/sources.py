"""Sources: read, with the collections derived from their Flows'."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tams.models.paging import Page
from tams.models.queries import SourceQuery
from tams.models.source import Source
from tams.models.stored import StoredSource
from tams.ports import Repositories, Store


@dataclass(frozen=True, slots=True)
class SourceService:
    store: Store

    def get(self, source_id: str) -> Source:
        """Raises NotFoundError. Source: GET /sources/{sourceId}."""

        def work(repositories: Repositories) -> Source:
            return presented(repositories, [repositories.sources.get(source_id)])[0]

        return self.store.read(work)

    def list_(self, query: SourceQuery) -> Page[Source]:
        """Source: GET /sources."""

        def work(repositories: Repositories) -> Page[Source]:
            page = repositories.sources.list_(query, _kept(repositories, query))
            return Page(tuple(presented(repositories, page.items)), page.next_key)

        return self.store.read(work)


def presented(repositories: Repositories, stored: Sequence[StoredSource]) -> list[Source]:
    """Sources as clients see them. Two round trips for all of them."""
    ids = [each.source.id for each in stored]
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


def _kept(repositories: Repositories, query: SourceQuery) -> Callable[[str], bool] | None:
    """`collected_by_ids`: by any of these, or, empty, by nothing (SRC-9, SRC-10)."""
    wanted = query.collected_by_ids
    if wanted is None:
        return None
    collected = repositories.collections.collected_sources(wanted or None)
    return lambda source_id: (source_id in collected) is bool(wanted)
