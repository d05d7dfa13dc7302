"""Single properties of a Source, changed one at a time (SRC-11…13, TAG)."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Self

from tams.models.caller import Caller, Permission, classes_of
from tams.models.source import Source
from tams.ports import Clock, Platform, Repositories, Store
from tams.services.access.permissions import check_move, source_to
from tams.services.clock.record_times import moment_after
from tams.services.flows.announcements import source_event
from tams.services.flows.properties import without
from tams.services.flows.sources import as_caller_sees, with_collections


@dataclass(frozen=True, slots=True)
class SourcePropertyService:
    """Each change sets `updated` and adds a `sources/updated` event."""

    store: Store
    clock: Clock

    @classmethod
    def of(cls, platform: Platform, caller: Caller) -> Self:
        return cls(platform.store(caller), platform.clock)

    def get(self, source_id: str) -> Source:
        """Raises NotFoundError."""

        def work(repositories: Repositories) -> Source:
            return as_caller_sees(
                repositories, [source_to(Permission.READ, repositories, source_id)]
            )[0]

        return self.store.read(work)

    def set(self, source_id: str, name: str, value: Any) -> None:
        """Set a property; None unsets it. Raises NotFoundError."""
        self._change(source_id, lambda _source: {name: value})

    def set_tag(self, source_id: str, name: str, value: str | list[str]) -> None:
        self._change(source_id, lambda source: {"tags": {**(source.tags or {}), name: value}})

    def remove_tag(self, source_id: str, name: str) -> None:
        """Raises NotFoundError for the Source and for the tag (TAG-5)."""
        self._change(source_id, lambda source: {"tags": without(source.tags, name)})

    def _change(self, source_id: str, change: Callable[[Source], dict[str, Any]]) -> None:
        def work(repositories: Repositories) -> None:
            stored = source_to(Permission.WRITE, repositories, source_id)
            now = moment_after(self.clock(), stored.source.updated)
            update = {**change(stored.source), "updated": now}
            if (caller := repositories.caller.name) is not None:
                update["updated_by"] = caller
            changed = replace(stored, source=stored.source.model_copy(update=update))
            classes = (classes_of(each.tags) for each in (stored.source, changed.source))
            check_move(repositories.caller, *classes)
            repositories.sources.save(changed)
            (updated,) = with_collections(repositories, [changed])
            repositories.events.add([source_event("sources/updated", updated, now)])

        self.store.write(work, source_id)
