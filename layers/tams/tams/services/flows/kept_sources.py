"""Sources that clients create by themselves, and that live without Flows (an extension)."""

from dataclasses import dataclass
from typing import Self

from tams.errors import ConflictError, quoted
from tams.models.caller import Caller
from tams.models.retention import check_retention
from tams.models.source import Source, SourcePost
from tams.models.stored import StoredSource
from tams.ports import Clock, Platform, Repositories, Store
from tams.services.access.permissions import tags_of_new
from tams.services.clock.record_times import moment_after
from tams.services.flows.announcements import source_event
from tams.timing.microseconds import from_us


@dataclass(frozen=True, slots=True)
class KeptSourceService:
    """Flows join and leave such a Source as any other, but it stays when the last one goes."""

    store: Store
    clock: Clock
    retention: bool = False
    """Whether the tag `retention` is a policy."""

    @classmethod
    def of(cls, platform: Platform, caller: Caller) -> Self:
        enabled = platform.settings.retention.enabled
        return cls(platform.store(caller), platform.clock, enabled)

    def create(self, post: SourcePost) -> Source:
        """Raises ConflictError when its id is taken, InvalidRequestError, ForbiddenError."""
        check_retention(self.retention, None, post.tags)

        def work(repositories: Repositories) -> Source:
            gone_us = repositories.guards.hold([post.id])
            if repositories.sources.find(post.id) is not None:
                raise ConflictError(f"id: Source {quoted(post.id)} already exists")
            now = moment_after(self.clock(), from_us(gone_us))
            source = Source(
                id=post.id,
                format=post.format,
                label=post.label,
                description=post.description,
                created_by=repositories.caller.name,
                created=now,
                updated=now,
                tags=tags_of_new(repositories.caller, post.tags),
            )
            repositories.sources.add(StoredSource(source, is_kept=True, is_unrelated=True))
            repositories.events.add([source_event("sources/created", source, now)])
            return source

        return self.store.write(work, post.id)
