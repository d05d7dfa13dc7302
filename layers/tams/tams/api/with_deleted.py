"""`include_deleted`: reads that show what is in the recycle bin too, for admins (an extension)."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Protocol, Self, TypeVar

from fastapi import Depends, Query, Request

from tams.api.callers import caller_of
from tams.api.dependencies import ThisPlatform
from tams.errors import ForbiddenError
from tams.models.caller import Caller, Scope
from tams.ports import Platform
from tams.services.recycle_bin.with_deleted import IncludeDeleted, WithDeletedService


class Showing(Protocol):
    """A service whose reads show what is in the recycle bin too."""

    @classmethod
    def of(cls, platform: Platform, caller: Caller, asked: IncludeDeleted) -> Self: ...


S = TypeVar("S", bound=Showing)


def with_deleted(service: type[S]) -> Callable[..., Awaitable[S | None]]:
    """A dependency: the service that answers instead, if the request asks for it.

    It raises ForbiddenError.
    """

    async def asked_for(
        request: Request,
        platform: ThisPlatform,
        include_deleted: Annotated[
            IncludeDeleted | None,
            Query(
                description="`true` also shows what is in the recycle bin, `only` shows nothing else. "
                "For admins. Not part of TAMS."
            ),
        ] = None,
    ) -> S | None:
        if include_deleted is None:
            return None
        caller = caller_of(request)
        if not caller.has_any([Scope.ADMIN]):
            raise ForbiddenError(f"include_deleted requires the scope {Scope.ADMIN}")
        return service.of(platform, caller, include_deleted)

    return asked_for


DeletedToo = Annotated[WithDeletedService | None, Depends(with_deleted(WithDeletedService))]
"""For reads of Flows and Sources."""
