"""`include_deleted`: reads that show what is in the recycle bin too, for admins (an extension)."""

from typing import Annotated

from fastapi import Depends, Query, Request

from tams.api.callers import caller_of
from tams.api.dependencies import ThisPlatform
from tams.errors import ForbiddenError
from tams.models.caller import Scope
from tams.services.recycle_bin.with_deleted import IncludeDeleted, WithDeletedService


async def _asked(
    request: Request,
    platform: ThisPlatform,
    include_deleted: Annotated[
        IncludeDeleted | None,
        Query(
            description="`true` shows what is in the recycle bin too, `only` nothing else. For admins. "
            "Not part of TAMS."
        ),
    ] = None,
) -> WithDeletedService | None:
    """Raises ForbiddenError."""
    if include_deleted is None:
        return None
    caller = caller_of(request)
    if not caller.has_any([Scope.ADMIN]):
        raise ForbiddenError(f"include_deleted requires the scope {Scope.ADMIN}")
    return WithDeletedService.of(platform, caller, include_deleted)


DeletedToo = Annotated[WithDeletedService | None, Depends(_asked)]
"""The service that answers instead, if the request asks for it."""
