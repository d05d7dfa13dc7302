"""Deletes Sources (an extension): alone, or with their Flows."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Self

from tams.errors import ForbiddenError, NotFoundError
from tams.models.caller import Caller, Permission, classes_of
from tams.models.deletion_request import DeletionRequest
from tams.models.stored import Cascade, StoredFlow, StoredSource
from tams.ports import Clock, Platform, Queue, Repositories, Store
from tams.services.access.permissions import flow_to, source_to
from tams.services.access.writable import not_writable, writable
from tams.services.deletion.cascades import accept, at_work, request_of
from tams.services.deletion.dependants import named_flows, still_needed
from tams.services.deletion.disposal import DeletionOptions, Disposal
from tams.services.deletion.source_flows import (
    created_us_of,
    remove_bare_source,
    remove_flows,
)
from tams.settings import Settings
from tams.timing.microseconds import to_us

FLOWS_MAX = 50
"""The most Flows that a request deletes with their Source itself, in one transaction."""


@dataclass(frozen=True, slots=True)
class SourceDeletionService:
    store: Store
    clock: Clock
    deletions: Queue
    settings: Settings

    @classmethod
    def of(cls, platform: Platform, caller: Caller) -> Self:
        return cls(
            platform.store(caller), platform.clock, platform.queues.deletions, platform.settings
        )

    def delete(self, source_id: str, asked: DeletionOptions) -> DeletionRequest | None:
        """Delete a Source, with `cascade` together with its Flows. Returns None when all done.

        The Flows' Segments are destroyed in the background, after any time in the recycle bin. If there are
        more than FLOWS_MAX Flows, a deletion request deletes some at a time. Raises NotFoundError,
        ForbiddenError (also for a Flow that the caller may not delete), and ConflictError if it has Flows
        and `cascade` is not asked for.
        """

        def work(repositories: Repositories) -> DeletionRequest | None:
            disposal = Disposal.of(self.settings, repositories.caller, asked)
            stored = source_to(Permission.DELETE, repositories, source_id)
            flow_ids = repositories.flows.of_source(source_id, FLOWS_MAX + 1)
            if flow_ids and not asked.cascade:
                every = [each.id for each in repositories.source_flows.all(source_id)]
                named = named_flows(repositories, every)
                raise still_needed("Source", source_id, [f"has {named}"])
            if flow_ids and (request := at_work(repositories, "Source", source_id, disposal)):
                return request
            if len(flow_ids) > FLOWS_MAX:
                return self._accept(repositories, stored, disposal)
            self._delete(repositories, stored, flow_ids, disposal)
            return None

        request = self.store.write(work, source_id)
        if request is not None:
            self.deletions.send([request.id])
        return request

    def _delete(
        self,
        repositories: Repositories,
        stored: StoredSource,
        flow_ids: Sequence[str],
        disposal: Disposal,
    ) -> None:
        source_id, now = stored.source.id, self.clock()
        deletion = disposal.kept_until(now)
        flows = [writable(_deletable(repositories, flow_id)) for flow_id in flow_ids]
        remove_flows(repositories, flows, deletion, now)
        if flow_ids and not stored.is_kept:
            return  # it went with its last Flow
        left = repositories.sources.get(source_id)
        remove_bare_source(repositories, left, deletion if disposal.kept_for else None, now)

    def _accept(
        self, repositories: Repositories, stored: StoredSource, disposal: Disposal
    ) -> DeletionRequest:
        """The caller learns now of anything in the way: the worker does not check again."""
        now, caller, source = self.clock(), repositories.caller, stored.source
        repositories.guards.hold([source.id])  # against a restore that does not see the request yet
        flows = repositories.source_flows.all(source.id)
        if not all(caller.may(Permission.DELETE, each.classes) for each in flows):
            raise ForbiddenError(_NOT_ALL)
        for each in flows:
            if each.is_read_only:
                raise not_writable(each.id)
        deletion = disposal.kept_until(now)
        last_us = max(to_us(now), created_us_of(stored), *(each.created_us for each in flows))
        asked = asdict(deletion)
        cascade = Cascade(source.id, last_us, asked.pop("id"), **asked)
        request = request_of(cascade, flows[0].id, now, caller)
        return accept(repositories, request, cascade, classes_of(source.tags))


_NOT_ALL = "You do not have permission to modify all Flows of this Source"


def _deletable(repositories: Repositories, flow_id: str) -> StoredFlow:
    """Raises ForbiddenError, which names no Flow that the caller may not know of."""
    try:
        return flow_to(Permission.DELETE, repositories, flow_id)
    except NotFoundError as error:
        raise ForbiddenError(_NOT_ALL) from error
