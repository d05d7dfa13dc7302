"""What routes ask for: a service that acts for the caller, ids from the path, bodies."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Annotated, Any, Protocol, Self, TypeVar

from fastapi import Depends, Request

from tams.api import query
from tams.api.body import json_body, json_list_body, optional_json_body
from tams.api.callers import caller
from tams.api.methods import IS_HEAD
from tams.models.caller import Caller, Permission
from tams.models.storage_backend import StorageBackend
from tams.ports import Platform
from tams.services.access.permissions import readable_backends


class Acting(Protocol):
    """A service that does only what its caller may do."""

    @classmethod
    def of(cls, platform: Platform, caller: Caller) -> Self: ...


S = TypeVar("S", bound=Acting)


def platform(request: Request) -> Platform:
    found: Platform = request.app.state.platform
    return found


ThisPlatform = Annotated[Platform, Depends(platform)]
_Caller = Annotated[Caller, Depends(caller)]


@cache
def acting(service: type[S]) -> Callable[[Platform, Caller], S]:
    """The dependency that makes a service for the caller: `Depends(acting(FlowService))`."""

    def made(platform: ThisPlatform, caller: _Caller) -> S:
        return service.of(platform, caller)

    return made


def _backends(platform: ThisPlatform, caller: _Caller) -> Mapping[str, StorageBackend]:
    return readable_backends(caller.classes_for(Permission.READ), platform.backends)


def _is_head(request: Request) -> bool:
    return IS_HEAD in request.scope


Backends = Annotated[Mapping[str, StorageBackend], Depends(_backends)]
"""Those whose URLs the caller may have, by id."""

FlowId = Annotated[str, Depends(query.flow_id)]
ProfileId = Annotated[str, Depends(query.profile_id)]
SourceId = Annotated[str, Depends(query.source_id)]
WebhookId = Annotated[str, Depends(query.webhook_id)]
JsonBody = Annotated[Any, Depends(json_body)]
JsonListBody = Annotated[Any, Depends(json_list_body)]
OptionalJsonBody = Annotated[Any, Depends(optional_json_body)]
IsHead = Annotated[bool, Depends(_is_head)]
