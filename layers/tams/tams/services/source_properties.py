"""Single properties of a Source, changed one at a time (SRC-11…13, TAG)."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from tams.models.source import Source
from tams.ports import Clock, Repositories, Store
from tams.services.announcements import source_event
from tams.services.flow_properties import without
from tams.services.moments import moment_after
from tams.services.sources import presented


@dataclass(frozen=True, slots=True)
class SourcePropertyService:
    """Each change sets `updated` and is told of by a `sources/updated` event."""

    store: Store
    clock: Clock

    def get(self, source_id: str) -> Source:
        """Raises NotFoundError."""

        def work(repositories: Repositories) -> Source:
            return presented(repositories, [repositories.sources.get(source_id)])[0]

        return self.store.read(work)

    def set(self, source_id: str, name: str, value: Any, caller: str | None) -> None:
        """`value` of None unsets. Raises NotFoundError."""
        self._change(source_id, lambda _source: {name: value}, caller)

    def set_tag(
        self, source_id: str, name: str, value: str | list[str], caller: str | None
    ) -> None:
        self._change(
            source_id, lambda source: {"tags": {**(source.tags or {}), name: value}}, caller
        )

    def remove_tag(self, source_id: str, name: str, caller: str | None) -> None:
        """Raises NotFoundError for the Source, and for the tag (TAG-5)."""
        self._change(source_id, lambda source: {"tags": without(source.tags, name)}, caller)

    def _change(
        self, source_id: str, change: Callable[[Source], dict[str, Any]], caller: str | None
    ) -> None:
        def work(repositories: Repositories) -> None:
            stored = repositories.sources.get(source_id)
            now = moment_after(self.clock, stored.source.updated)
            update = {**change(stored.source), "updated": now}
            if caller:
                update["updated_by"] = caller
            changed = replace(stored, source=stored.source.model_copy(update=update))
            repositories.sources.save(changed)
            (shown,) = presented(repositories, [changed])
            repositories.events.add([source_event("sources/updated", shown, now)])

        self.store.write(work)
