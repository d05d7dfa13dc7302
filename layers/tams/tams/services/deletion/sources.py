"""Deletes Sources (an extension): alone, or with their Flows."""

from dataclasses import dataclass
from typing import Self
from uuid import uuid4

from tams.errors import ConflictError, quoted
from tams.models.caller import Caller, Permission
from tams.models.recycle_bin import BinEntry, BinKind
from tams.models.stored import StoredSource
from tams.ports import Clock, Platform, Repositories, Store
from tams.services.access.permissions import flow_to, source_to
from tams.services.access.writable import writable
from tams.services.clock.record_times import moment_of_change
from tams.services.deletion.dependants import named_flows, still_needed
from tams.services.deletion.disposal import DeletionOptions, Disposal
from tams.services.deletion.removal import remove_flow
from tams.services.flows.membership import moment_of_leaving, remove_source
from tams.settings import Settings
from tams.timing.microseconds import to_us

FLOWS_MAX = 50
"""The most Flows that one request deletes with their Source, in one transaction."""


@dataclass(frozen=True, slots=True)
class SourceDeletionService:
    store: Store
    clock: Clock
    settings: Settings

    @classmethod
    def of(cls, platform: Platform, caller: Caller) -> Self:
        return cls(platform.store(caller), platform.clock, platform.settings)

    def delete(self, source_id: str, asked: DeletionOptions) -> None:
        """Delete a Source, with `cascade` together with its Flows, which no reader sees any more.

        The Flows' Segments are destroyed in the background, after any time in the recycle bin. Raises
        NotFoundError, ForbiddenError (also for a Flow that the caller may not delete), and ConflictError if
        it has Flows and `cascade` is not asked for.
        """

        def work(repositories: Repositories) -> None:
            disposal = Disposal.of(self.settings, repositories.caller, asked)
            stored = source_to(Permission.DELETE, repositories, source_id)
            flow_ids = repositories.flows.of_source(source_id, FLOWS_MAX + 1)
            if flow_ids and not asked.cascade:
                named = named_flows(repositories, flow_ids)
                raise still_needed("Source", source_id, [f"has {named}"])
            if len(flow_ids) > FLOWS_MAX:
                raise ConflictError(
                    f"Source {quoted(source_id)} has more than {FLOWS_MAX} Flows, the most that one request "
                    "deletes with their Source: delete some of them first"
                )
            self._delete(repositories, stored, flow_ids, disposal)

        self.store.write(work, source_id)

    def _delete(
        self,
        repositories: Repositories,
        stored: StoredSource,
        flow_ids: list[str],
        disposal: Disposal,
    ) -> None:
        source_id, now = stored.source.id, self.clock()
        deletion = disposal.kept_until(now)  # Flows go through the bin even if it keeps nothing
        for flow_id in flow_ids:
            flow = writable(flow_to(Permission.DELETE, repositories, flow_id))
            remove_flow(repositories, flow, moment_of_change(now, flow), deletion)
        if flow_ids and not stored.is_kept:
            return  # it went with its last Flow
        left = repositories.sources.get(source_id)
        repositories.guards.hold([source_id], to_us(moment_of_leaving(left, now)))
        if disposal.kept_for:
            entry = BinEntry(str(uuid4()), BinKind.SOURCE, deletion, source=left)
            repositories.recycle_bin.add([entry])
        repositories.events.add([remove_source(repositories, left, now)])
