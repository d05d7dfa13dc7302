"""Collections of Flows as resources (an extension): found, created and changed.

They are the Flows themselves: `flow_collection` alone says what belongs to one.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Self
from uuid import uuid4

from tams.errors import InvalidRequestError
from tams.models.caller import Caller, Permission
from tams.models.collection_resource import Collection, CollectionPatch, CollectionPost
from tams.models.flow import Flow, FlowPut, check_collection
from tams.models.flow_common import FlowCommon
from tams.models.flow_technical import MultiTechnical
from tams.models.paging import Page
from tams.models.queries import CollectionQuery
from tams.models.retention import check_retention
from tams.ports import Clock, Platform, Repositories, Store
from tams.services.access.permissions import tags_of_replaced
from tams.services.clock.record_times import moment_of_change
from tams.services.flows.collecting import FlowRelation, collecting
from tams.services.flows.collecting_flow import CollectingFlow, described
from tams.services.flows.flows import FlowService

_PLACES = {"flow_collection": "members", "format": "source_id"}
"""Where in a request about a collection the faults of its Flow are. A multi Flow needs a multi Source."""


@contextmanager
def faults_in_place() -> Iterator[None]:
    """Faults of the Flow are named by what these requests call its properties."""
    try:
        yield
    except InvalidRequestError as error:
        place, colon, reason = str(error).partition(": ")
        if place in _PLACES:
            error.args = (f"{_PLACES[place]}{colon}{reason}",)
        raise


@dataclass(frozen=True, slots=True)
class CollectionService:
    store: Store
    clock: Clock
    flows: FlowService

    @classmethod
    def of(cls, platform: Platform, caller: Caller) -> Self:
        return cls(platform.store(caller), platform.clock, FlowService.of(platform, caller))

    def list_(self, query: CollectionQuery) -> Page[Collection]:
        """Flows that have members which exist for the caller."""

        def work(repositories: Repositories) -> Page[Collection]:
            asked = replace(query, classes=repositories.caller.classes_for(Permission.READ))
            page = collecting(
                asked,
                FlowRelation(repositories),
                repositories.flows.list_,
                lambda stored: stored.flow.id,
            )
            found = tuple(described(stored.flow, count) for stored, count in page.items)
            return Page(found, page.next_key)

        return self.store.read(work)

    def get(self, collection_id: str) -> Collection:
        """Raises NotFoundError, ForbiddenError."""

        def work(repositories: Repositories) -> Collection:
            found = CollectingFlow.to(Permission.READ, repositories, collection_id)
            return described(found.stored.flow, len(found.items))

        return self.store.read(work)

    def flow(self, collection_id: str, permission: Permission) -> Flow:
        """The Flow that collects. Raises NotFoundError, ForbiddenError."""
        return self.store.read(
            lambda repositories: CollectingFlow.to(permission, repositories, collection_id)
        ).stored.flow

    def create(self, post: CollectionPost) -> Collection:
        """Create a multi Flow with its members. Raises ConflictError, and as a PUT."""
        flow_id = post.id or str(uuid4())
        common = FlowCommon(
            id=flow_id,
            source_id=post.source_id or str(uuid4()),
            label=post.label,
            description=post.description,
            tags=post.tags,
            flow_collection=post.members or None,
        )
        with faults_in_place():
            check_collection(flow_id, post.members)
            made = self.flows.create(FlowPut(common, technical=MultiTechnical()))
        return described(made, len(post.members))

    def patch(self, collection_id: str, patch: CollectionPatch) -> None:
        """Change what the patch names. Raises NotFoundError, ForbiddenError, InvalidRequestError."""

        def work(repositories: Repositories) -> None:
            found = CollectingFlow.to_change(repositories, collection_id)
            flow = found.stored.flow
            changed = flow.model_copy(update=_changes(repositories.caller, flow, patch))
            check_retention(self.flows.retention, flow.tags, changed.tags)
            items = (patch.members or ()) if "members" in patch.model_fields_set else None
            found.save(changed, moment_of_change(self.clock(), found.stored), items)

        with faults_in_place():
            self.store.write(work, collection_id)


def _changes(caller: Caller, flow: Flow, patch: CollectionPatch) -> dict[str, Any]:
    given = patch.model_fields_set
    changes: dict[str, Any] = {
        name: getattr(patch, name) for name in ("label", "description") if name in given
    }
    if "tags" in given and patch.tags is None:
        changes["tags"] = tags_of_replaced(caller, flow.tags, None)
    elif "tags" in given:
        merged = {**(flow.tags or {}), **(patch.tags or {})}
        changes["tags"] = {name: value for name, value in merged.items() if value is not None}
    return changes
