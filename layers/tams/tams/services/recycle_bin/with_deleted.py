"""Reads that include what is in the recycle bin (`include_deleted`)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Self, TypeVar

from pydantic_core import to_json

from tams.errors import NotFoundError
from tams.models.base import Model
from tams.models.binned import deletion_told
from tams.models.caller import Caller, Permission, classes_of
from tams.models.paging import Page
from tams.models.queries import FlowQuery, SourceQuery
from tams.models.recycle_bin import BinEntry, BinKind
from tams.models.source import Source
from tams.models.stored import StoredFlow, StoredSource
from tams.ports import Clock, Platform, Repositories, Store
from tams.services.flows.collections import as_caller_sees
from tams.services.flows.listed import beyond_vast
from tams.services.flows.sources import as_caller_sees as sources_as_caller_sees
from tams.services.flows.sources import collected_by
from tams.timing.microseconds import to_us

T = TypeVar("T", StoredFlow, StoredSource)


class IncludeDeleted(StrEnum):
    """Whether a read shows what is deleted too, or nothing else."""

    TRUE = "true"
    ONLY = "only"


@dataclass(frozen=True, slots=True)
class Shown:
    """A Flow or Source; `entry` is that of the recycle bin, if it is deleted."""

    value: Model
    entry: BinEntry | None = None

    def to_json(self) -> dict[str, Any]:
        document: dict[str, Any] = self.value.to_json()
        if self.entry is not None:
            document |= deletion_told(self.entry.deletion, self.entry.id)
        return document

    def to_json_bytes(self) -> bytes:
        return to_json(self.to_json())


@dataclass(frozen=True, slots=True)
class WithDeletedService:
    """A filter by timerange goes by the extent of a deleted Flow. A deleted Flow is in no collection."""

    store: Store
    clock: Clock
    asked: IncludeDeleted

    @classmethod
    def of(cls, platform: Platform, caller: Caller, asked: IncludeDeleted) -> Self:
        return cls(platform.store(caller), platform.clock, asked)

    def flow(self, flow_id: str) -> Shown:
        """The Flow or, if it is deleted, the latest one of this id. Raises NotFoundError."""

        def work(repositories: Repositories) -> Shown:
            live = None if self.asked is IncludeDeleted.ONLY else repositories.flows.find(flow_id)
            found = self._found(repositories, live, flow_id, BinKind.FLOW, "Flow")
            return _flows_shown(repositories, [found])[0]

        return self.store.read(work)

    def source(self, source_id: str) -> Shown:
        """The Source or, if it is deleted, the latest one of this id. Raises NotFoundError."""

        def work(repositories: Repositories) -> Shown:
            live = (
                None if self.asked is IncludeDeleted.ONLY else repositories.sources.find(source_id)
            )
            found = self._found(repositories, live, source_id, BinKind.SOURCE, "Source")
            return _sources_shown(repositories, [found])[0]

        return self.store.read(work)

    def flows(self, query: FlowQuery) -> Page[Shown]:
        def work(repositories: Repositories) -> Page[Shown]:
            own = replace(query, classes=repositories.caller.classes_for(Permission.READ))
            live: Page[StoredFlow] = Page((), None)
            if self.asked is not IncludeDeleted.ONLY:
                live = repositories.flows.list_(own, beyond_vast(repositories, own))
            page = repositories.with_deleted.flows(live, own, to_us(self.clock()))
            return Page(tuple(_flows_shown(repositories, page.items)), page.next_key)

        return self.store.read(work)

    def sources(self, query: SourceQuery) -> Page[Shown]:
        def work(repositories: Repositories) -> Page[Shown]:
            own = replace(query, classes=repositories.caller.classes_for(Permission.READ))
            live: Page[StoredSource] = Page((), None)
            if self.asked is not IncludeDeleted.ONLY:
                live = repositories.sources.list_(own, collected_by(repositories, own))
            page = repositories.with_deleted.sources(live, own, to_us(self.clock()))
            return Page(tuple(_sources_shown(repositories, page.items)), page.next_key)

        return self.store.read(work)

    def _found(
        self, repositories: Repositories, live: T | None, identifier: str, kind: BinKind, name: str
    ) -> T | BinEntry:
        if live is not None:
            return live
        for entry in repositories.recycle_bin.of(identifier, kind, to_us(self.clock())):
            if repositories.caller.may(Permission.READ, classes_of(entry.tags)):
                return entry
        raise NotFoundError(name, identifier)


def _flows_shown(repositories: Repositories, items: Sequence[StoredFlow | BinEntry]) -> list[Shown]:
    """In the same order."""
    live = [each for each in items if isinstance(each, StoredFlow)]
    seen = iter(as_caller_sees(repositories, live))
    return [
        Shown(each.of.flow, each) if isinstance(each, BinEntry) else Shown(next(seen))
        for each in items
    ]


def _sources_shown(
    repositories: Repositories, items: Sequence[StoredSource | BinEntry]
) -> list[Shown]:
    live = [each for each in items if isinstance(each, StoredSource)]
    seen = iter(sources_as_caller_sees(repositories, live))
    return [
        Shown(_source_of(each), each) if isinstance(each, BinEntry) else Shown(next(seen))
        for each in items
    ]


def _source_of(entry: BinEntry) -> Source:
    assert entry.source is not None
    return entry.source.source
