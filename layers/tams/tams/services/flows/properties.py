"""Single properties of a Flow, changed one at a time (FLW-43…50, RO, TAG)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

from tams.errors import InvalidRequestError, NotFoundError
from tams.models.caller import Caller, Permission
from tams.models.collection import FlowCollectionItem
from tams.models.flow import Flow, check_collection
from tams.models.retention import check_retention
from tams.ports import Clock, Platform, Repositories, Store
from tams.services.access.permissions import flow_to, tags_of_replaced
from tams.services.access.writable import writable
from tams.services.clock.record_times import moment_of_change
from tams.services.flows.changes import save_changed
from tams.services.flows.collections import as_caller_sees

INHERITED = frozenset({"avg_bit_rate"})
"""Properties with an endpoint that a Flow linked to a Profile takes from that Profile (PRF-15)."""


@dataclass(frozen=True, slots=True)
class FlowPropertyService:
    """Every change here changes the metadata: a new version, a new date, a `flows/updated` event."""

    store: Store
    clock: Clock
    retention: bool = False
    """Whether the tag `retention` is a policy."""

    @classmethod
    def of(cls, platform: Platform, caller: Caller) -> Self:
        enabled = platform.settings.retention.enabled
        return cls(platform.store(caller), platform.clock, enabled)

    def get(self, flow_id: str) -> Flow:
        """Raises NotFoundError."""

        def work(repositories: Repositories) -> Flow:
            return as_caller_sees(repositories, [flow_to(Permission.READ, repositories, flow_id)])[
                0
            ]

        return self.store.read(work)

    def set(self, flow_id: str, name: str, value: Any) -> None:
        """Set a property; None unsets it. Raises NotFoundError, ForbiddenError, InvalidRequestError."""

        def change(flow: Flow) -> Flow:
            if name in INHERITED and flow.profile_id is not None:
                raise InvalidRequestError(
                    f"{name} is inherited from the Profile that this Flow is linked to"
                )
            changed: Flow = flow.model_copy(update={name: value})
            return changed

        self._change(flow_id, change)

    def set_read_only(self, flow_id: str, value: bool) -> None:
        """The only change a read-only Flow allows (RO-3)."""

        def change(flow: Flow) -> Flow:
            changed: Flow = flow.model_copy(update={"read_only": value})
            return changed

        self._change(flow_id, change, even_read_only=True)

    def set_tag(self, flow_id: str, name: str, value: str | list[str]) -> None:
        def change(flow: Flow) -> Flow:
            changed: Flow = flow.model_copy(update={"tags": {**(flow.tags or {}), name: value}})
            return changed

        self._change(flow_id, change)

    def set_tags(self, flow_id: str, tags: dict[str, str | list[str]]) -> None:
        """Replace all tags (an extension). The classes stay if a caller limited to classes names none."""

        def change(flow: Flow) -> Flow:
            new = tags_of_replaced(self.store.caller, flow.tags, tags)
            changed: Flow = flow.model_copy(update={"tags": new})
            return changed

        self._change(flow_id, change)

    def remove_tag(self, flow_id: str, name: str) -> None:
        """Raises NotFoundError for the Flow and for the tag (TAG-6)."""

        def change(flow: Flow) -> Flow:
            changed: Flow = flow.model_copy(update={"tags": without(flow.tags, name)})
            return changed

        self._change(flow_id, change)

    def set_collection(self, flow_id: str, items: tuple[FlowCollectionItem, ...]) -> None:
        """Raises InvalidRequestError for members that do not exist, and for the Flow as its own member."""

        def change(flow: Flow) -> Flow:
            check_collection(flow_id, items)
            changed: Flow = flow.model_copy(update={"flow_collection": items})
            return changed

        self._change(flow_id, change, collects=True)

    def _change(
        self,
        flow_id: str,
        change: Callable[[Flow], Flow],
        *,
        even_read_only: bool = False,
        collects: bool = False,
    ) -> None:
        def work(repositories: Repositories) -> None:
            stored = flow_to(Permission.WRITE, repositories, flow_id)
            if not even_read_only:
                writable(stored)
            now, changed = moment_of_change(self.clock(), stored), change(stored.flow)
            check_retention(self.retention, stored.flow.tags, changed.tags)
            save_changed(repositories, stored, changed, now, collects=collects)

        self.store.write(work, flow_id)


def without(tags: dict[str, Any] | None, name: str) -> dict[str, Any]:
    """Raises NotFoundError when there is no such tag."""
    left = dict(tags or {})
    if name not in left:
        raise NotFoundError("Tag", name)
    del left[name]
    return left
