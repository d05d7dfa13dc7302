"""Gives out tokens for players, and finds out what a token opens."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from tams.errors import ForbiddenError, NotFoundError
from tams.models.caller import Caller, Permission
from tams.models.playback import PlaybackTokenPost
from tams.ports import Clock, Platform, Repositories, Store
from tams.services.access.permissions import flow_to, source_to
from tams.services.playback.secret import KeptTokens, kept_tokens
from tams.services.playback.tokens import Grant, Opened
from tams.timing import TimeRange


@dataclass(frozen=True, slots=True)
class GrantService:
    store: Store
    clock: Clock
    kept: KeptTokens

    @classmethod
    def of(cls, platform: Platform, caller: Caller) -> Self:
        return cls(platform.store(caller), platform.clock, kept_tokens(platform))

    def grant(self, post: PlaybackTokenPost) -> tuple[str, Grant]:
        """A new token and what it opens. Raises NotFoundError, ForbiddenError."""

        def work(repositories: Repositories) -> None:
            if post.flow_id is not None:
                flow_to(Permission.READ, repositories, post.flow_id)
            if post.source_id is not None:
                source_to(Permission.READ, repositories, post.source_id)

        self.store.read(work)
        expires = self.clock() + timedelta(seconds=post.expires_in)
        classes = self.store.caller.classes_for(Permission.READ)
        grant = Grant(
            Opened.SOURCE if post.flow_id is None else Opened.FLOW,
            (post.flow_id or post.source_id or "",),
            int(expires.timestamp()),
            post.timerange or TimeRange.eternity(),
            None if classes is None else tuple(sorted(classes)),
        )
        return self.kept.current().token(grant), grant


def opened_by(platform: Platform, token: str) -> Grant:
    """Raises ForbiddenError for a token that is not valid, BackendUnavailableError."""
    return kept_tokens(platform).current().grant(token, platform.clock())


def check_opens(grant: Grant, opened: Opened, identifier: str) -> None:
    """Raises ForbiddenError when the token is for something else."""
    if (grant.opened, grant.identifier) != (opened, (identifier,)):
        raise ForbiddenError("the token in this URL does not give access to this")


def object_url(grant: Grant, platform: Platform) -> str:
    """A fresh signature for the Object or piece that a token opens. Raises ForbiddenError, NotFoundError."""
    if grant.opened not in (Opened.OBJECT, Opened.PIECE):
        raise ForbiddenError("the token in this URL does not give access to this")
    storage_id, identifier = grant.identifier
    if platform.object_stores.bucket_of(storage_id) is None:
        raise NotFoundError("storage backend", storage_id)
    if grant.opened is Opened.PIECE:
        return platform.pieces.url(storage_id, identifier)
    return platform.object_stores.get_url(storage_id, identifier)
