"""Dependencies of routes: a service that acts for the caller, ids from the path, bodies.

They are coroutines, as routes are: FastAPI would run functions in other threads, and an invocation serves one
request, so nobody gains from that.
"""

from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from typing import Annotated, Any, Protocol, Self, TypeVar

from fastapi import Depends, Request

from tams.api import query
from tams.api.body import json_body, json_list_body, optional_json_body
from tams.api.callers import caller_of
from tams.api.methods import IS_HEAD
from tams.models.caller import Caller, Permission
from tams.models.storage_backend import StorageBackend
from tams.ports import Platform
from tams.services.access.permissions import readable_backends


class Acting(Protocol):
    """A service limited to what its caller may do."""

    @classmethod
    def of(cls, platform: Platform, caller: Caller) -> Self: ...


S = TypeVar("S", bound=Acting)


async def platform(request: Request) -> Platform:
    found: Platform = request.app.state.platform
    return found


async def _caller(request: Request) -> Caller:
    return caller_of(request)


ThisPlatform = Annotated[Platform, Depends(platform)]
ThisCaller = Annotated[Caller, Depends(_caller)]


@cache
def acting(service: type[S]) -> Callable[[Platform, Caller], Awaitable[S]]:
    """The dependency that creates a service for the caller: `Depends(acting(FlowService))`."""

    async def made(platform: ThisPlatform, caller: ThisCaller) -> S:
        return service.of(platform, caller)

    return made


async def _backends(platform: ThisPlatform, caller: ThisCaller) -> Mapping[str, StorageBackend]:
    return readable_backends(caller.classes_for(Permission.READ), platform.backends)


async def _is_head(request: Request) -> bool:
    return IS_HEAD in request.scope


Backends = Annotated[Mapping[str, StorageBackend], Depends(_backends)]
"""The backends whose URLs the caller may have, by id."""

CollectionId = Annotated[str, Depends(query.collection_id)]
FlowId = Annotated[str, Depends(query.flow_id)]
MemberId = Annotated[str, Depends(query.member_id)]
ProfileId = Annotated[str, Depends(query.profile_id)]
SourceId = Annotated[str, Depends(query.source_id)]
WebhookId = Annotated[str, Depends(query.webhook_id)]
JsonBody = Annotated[Any, Depends(json_body)]
JsonListBody = Annotated[Any, Depends(json_list_body)]
OptionalJsonBody = Annotated[Any, Depends(optional_json_body)]
IsHead = Annotated[bool, Depends(_is_head)]
