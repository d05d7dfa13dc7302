"""Single properties of a Source, changed one at a time (SRC-11…13, TAG)."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Self

from tams.errors import InvalidRequestError, quoted
from tams.models.caller import Caller, Permission, classes_of
from tams.models.retention import LOOK_US, TAG, check_retention
from tams.models.source import Source, SourcePut
from tams.ports import Clock, Platform, Repositories, Store
from tams.services.access.permissions import check_move, source_to, tags_of_replaced
from tams.services.clock.record_times import moment_after
from tams.services.flows.announcements import source_event
from tams.services.flows.properties import without
from tams.services.flows.sources import as_caller_sees, with_collections


@dataclass(frozen=True, slots=True)
class SourcePropertyService:
    """Each change sets `updated` and adds a `sources/updated` event."""

    store: Store
    clock: Clock
    retention: bool = False
    """Whether the tag `retention` is a policy."""

    @classmethod
    def of(cls, platform: Platform, caller: Caller) -> Self:
        enabled = platform.settings.retention.enabled
        return cls(platform.store(caller), platform.clock, enabled)

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

    def replace(self, source_id: str, put: SourcePut) -> None:
        """Replace label, description and tags; absent ones are unset (an extension).

        Raises NotFoundError, ForbiddenError, and InvalidRequestError for another id or format.
        """

        def change(source: Source) -> dict[str, Any]:
            for name, given in (("id", put.id), ("format", put.format)):
                stored = getattr(source, name)
                if given not in (None, stored):
                    raise InvalidRequestError(
                        f"{name}: Source {quoted(source_id)} has {quoted(stored)}, which cannot change"
                    )
            tags = tags_of_replaced(self.store.caller, source.tags, put.tags)
            return {"label": put.label, "description": put.description, "tags": tags}

        self._change(source_id, change)

    def set_tags(self, source_id: str, tags: dict[str, str | list[str]]) -> None:
        """Replace all tags (an extension). The classes stay if a caller limited to classes names none."""
        self._change(
            source_id,
            lambda source: {"tags": tags_of_replaced(self.store.caller, source.tags, tags)},
        )

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
            before, after = stored.source.tags or {}, changed.source.tags or {}
            check_retention(self.retention, before, after)
            if before.get(TAG) != after.get(TAG):
                changed = replace(changed, look_us=LOOK_US)
            classes = (classes_of(each.tags) for each in (stored.source, changed.source))
            check_move(repositories.caller, *classes)
            repositories.sources.save(changed)
            (updated,) = with_collections(repositories, [changed])
            repositories.events.add([source_event("sources/updated", updated, now)])

        self.store.write(work, source_id)
