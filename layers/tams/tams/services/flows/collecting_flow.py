"""A Flow that collects others, as read in a transaction for a caller (an extension)."""

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from typing import Self

from tams.errors import NotFoundError
from tams.models.caller import Permission, classes_of
from tams.models.collection import FlowCollectionItem
from tams.models.collection_resource import Collection
from tams.models.common import ContentFormat
from tams.models.flow import Flow, check_collection
from tams.models.stored import StoredFlow
from tams.ports import Repositories
from tams.services.access.permissions import check, readable_flows
from tams.services.access.writable import writable
from tams.services.flows.changes import save_changed
from tams.services.flows.collections import items_of


class CollectingFlow:
    """A multi Flow, or any other Flow that has members which exist for the caller.

    Members are read when they are first asked for.
    """

    def __init__(self, repositories: Repositories, stored: StoredFlow) -> None:
        self._repositories = repositories
        self.stored = stored

    @classmethod
    def to(cls, permission: Permission, repositories: Repositories, flow_id: str) -> Self:
        """Raises NotFoundError, ForbiddenError."""
        stored = repositories.flows.find(flow_id)
        if stored is None:
            raise NotFoundError("Collection", flow_id)
        check(repositories.caller, permission, "Collection", flow_id, classes_of(stored.flow.tags))
        found = cls(repositories, stored)
        if stored.flow.format is not ContentFormat.MULTI and not found.items:
            raise NotFoundError("Collection", flow_id, "the Flow with this id collects nothing")
        return found

    @classmethod
    def to_change(cls, repositories: Repositories, flow_id: str) -> Self:
        """Raises NotFoundError, ForbiddenError (also read-only)."""
        found = cls.to(Permission.WRITE, repositories, flow_id)
        writable(found.stored)
        return found

    @cached_property
    def _all_items(self) -> list[FlowCollectionItem]:
        return items_of(self._repositories, self.stored)

    @cached_property
    def items(self) -> tuple[FlowCollectionItem, ...]:
        """The members that exist for the caller, in order."""
        classes = self._repositories.caller.classes_for(Permission.READ)
        ids = {item.id for item in self._all_items}
        known = readable_flows(self._repositories, classes, ids)
        return tuple(item for item in self._all_items if item.id in known)

    def save(
        self,
        flow: Flow,
        now: datetime,
        items: Sequence[FlowCollectionItem] | None = None,
    ) -> None:
        """Save it with other metadata, and with other members unless they are None.

        Members that do not exist for the caller stay. Raises ForbiddenError (classes), InvalidRequestError.
        """
        if items is None:
            save_changed(self._repositories, self.stored, flow, now)
            return
        check_collection(flow.id, tuple(items))
        changed = flow.model_copy(update={"flow_collection": tuple(items)})
        save_changed(
            self._repositories,
            self.stored,
            changed,
            now,
            collects=True,
            old_items=self._all_items,
        )


def described(flow: Flow, member_count: int) -> Collection:
    return Collection(
        id=flow.id,
        source_id=flow.source_id,
        format=flow.format,
        label=flow.label,
        description=flow.description,
        tags=flow.tags or {},
        member_count=member_count,
    )
