"""`include_deleted`: reads that show what is in the recycle bin too, for admins (an extension)."""

from typing import Annotated

from fastapi import Depends, Query, Request

from tams.api.callers import caller_of
from tams.errors import ForbiddenError
from tams.models.caller import Scope
from tams.services.recycle_bin.with_deleted import IncludeDeleted


async def _checked(
    request: Request,
    include_deleted: Annotated[
        IncludeDeleted | None,
        Query(
            description="`true` shows what is in the recycle bin too, `only` nothing else. For admins. "
            "Not part of TAMS."
        ),
    ] = None,
) -> IncludeDeleted | None:
    """Raises ForbiddenError."""
    if include_deleted is not None and not caller_of(request).has_any([Scope.ADMIN]):
        raise ForbiddenError(f"include_deleted requires the scope {Scope.ADMIN}")
    return include_deleted


DeletedToo = Annotated[IncludeDeleted | None, Depends(_checked)]
