"""The scopes of each operation. A caller needs one of the scopes listed, or admin (AUT-10…12).

This is the only table of scopes: a function with an operation that is not listed here serves no requests at
all. HEAD counts as GET.
"""

from collections.abc import Iterable, Mapping

from fastapi import Request
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import BaseRoute

from tams.api.callers import PUBLIC_ROUTES, TOKEN_ROUTES, caller_of
from tams.errors import ForbiddenError
from tams.models.caller import Scope

_R, _W, _D = Scope.READ, Scope.WRITE, Scope.DELETE
_ANY = frozenset({_R, _W, _D})
_READ, _WRITE, _DELETE = frozenset({_R}), frozenset({_W}), frozenset({_D})
_ADMIN: frozenset[Scope] = frozenset()
_PROPERTY = {"GET": _READ, "PUT": _WRITE, "DELETE": _WRITE}

Needed = Mapping[str, frozenset[Scope]]

SCOPES: Mapping[str, Needed] = {
    "/": {"GET": _ANY},
    "/service": {"GET": _ANY, "POST": _ADMIN},
    "/service/storage-backends": {"GET": _ANY},
    "/service/profiles": {"GET": _ANY},
    "/service/profiles/{profileId}": {"GET": _ANY, "POST": _WRITE, "DELETE": _DELETE},
    "/service/webhooks": {"GET": _READ, "POST": _WRITE},
    "/service/webhooks/{webhookId}": {"GET": _READ, "PUT": _WRITE, "DELETE": _WRITE | _DELETE},
    "/sources": {"GET": _READ, "POST": _WRITE},
    "/sources/batch": {"POST": _WRITE},
    "/sources/{sourceId}": {"GET": _READ, "PUT": _WRITE, "DELETE": _DELETE},
    "/sources/{sourceId}/coverage": {"GET": _READ},
    "/sources/{sourceId}/tags": {"GET": _READ, "PUT": _WRITE},
    "/sources/{sourceId}/tags/{name}": _PROPERTY,
    "/sources/{sourceId}/description": _PROPERTY,
    "/sources/{sourceId}/label": _PROPERTY,
    "/flows": {"GET": _READ, "POST": _WRITE},
    "/flows/batch": {"POST": _WRITE},
    "/flows/tags/batch": {"POST": _WRITE},
    "/flows/{flowId}": {"GET": _READ, "PUT": _WRITE, "DELETE": _DELETE},
    "/flows/{flowId}/coverage": {"GET": _READ},
    "/flows/{flowId}/tags": {"GET": _READ, "PUT": _WRITE},
    "/flows/{flowId}/tags/{name}": _PROPERTY,
    "/flows/{flowId}/description": _PROPERTY,
    "/flows/{flowId}/label": _PROPERTY,
    "/flows/{flowId}/read_only": {"GET": _READ, "PUT": _WRITE},
    "/flows/{flowId}/flow_collection": _PROPERTY,
    "/flows/{flowId}/max_bit_rate": _PROPERTY,
    "/flows/{flowId}/avg_bit_rate": _PROPERTY,
    "/flows/{flowId}/segments": {"GET": _READ, "POST": _WRITE, "DELETE": _DELETE},
    "/flows/{flowId}/segments/tags": {"PUT": _WRITE, "DELETE": _WRITE},
    "/flows/{flowId}/segments/tags/{name}": {"PUT": _WRITE, "DELETE": _WRITE},
    "/flows/{flowId}/storage": {"POST": _WRITE},
    "/flows/{flowId}/restore": {"POST": _DELETE},
    "/flows/{flowId}/segments/restore": {"POST": _DELETE},
    "/sources/{sourceId}/restore": {"POST": _DELETE},
    "/retention": {"GET": _ADMIN},
    "/recycle-bin": {"GET": _DELETE},
    "/recycle-bin/restore": {"POST": _DELETE},
    "/recycle-bin/summary": {"GET": _DELETE},
    "/recycle-bin/deletions/{deletionId}/restore": {"POST": _DELETE},
    "/recycle-bin/{entryId}": {"GET": _DELETE, "DELETE": _DELETE},
    "/objects": {"POST": _WRITE},
    "/objects/batch": {"POST": _WRITE},
    "/objects/{objectId}": {"GET": _READ, "DELETE": _DELETE},
    "/objects/{objectId}/instances": {"POST": _WRITE, "DELETE": _WRITE},
    "/collections": {"GET": _READ, "POST": _WRITE},
    "/collections/{collectionId}": {"GET": _READ, "PATCH": _WRITE, "DELETE": _DELETE},
    "/collections/{collectionId}/members": {"GET": _READ, "POST": _WRITE},
    "/collections/{collectionId}/members/{flowId}": _PROPERTY,
    "/source-collections": {"GET": _READ},
    "/source-collections/{sourceId}": {"GET": _READ},
    "/source-collections/{sourceId}/members": {"GET": _READ},
    "/source-collections/{sourceId}/members/{memberId}": {"GET": _READ},
    "/flow-delete-requests": {"GET": _ADMIN},
    "/flow-delete-requests/{requestId}": {"GET": _DELETE},
    "/events": {"GET": _READ},
    "/flows/{flowId}/hls.m3u8": {"GET": _READ},
    "/flows/{flowId}/output.m3u8": {"GET": _READ},
    "/flows/{flowId}/dash.mpd": {"GET": _READ},
    "/sources/{sourceId}/hls.m3u8": {"GET": _READ},
    "/sources/{sourceId}/dash.mpd": {"GET": _READ},
    "/flows/{flowId}/thumbnail": {"GET": _READ},
    "/sources/{sourceId}/thumbnail": {"GET": _READ},
    "/playback/tokens": {"POST": _READ},
}


def needed(path: str, method: str) -> frozenset[Scope] | None:
    """None means open to anyone, or to the bearer of the token in the path.

    Raises KeyError for an operation without an entry.
    """
    if path in PUBLIC_ROUTES or path in TOKEN_ROUTES:
        return None
    scopes = SCOPES.get(path, {}).get("GET" if method == "HEAD" else method)
    if scopes is None:
        raise KeyError(f"{method} {path} has no scopes: add it to SCOPES in api/scopes.py")
    return scopes


def check_table(routes: Iterable[BaseRoute]) -> None:
    """Raises KeyError when an operation has no entry, or when a route cannot be asked for a scope."""
    for route in iter_route_contexts(list(routes)):
        if not isinstance(route.original_route, APIRoute) or route.path_format is None:
            raise KeyError(f"{route.path} is not a FastAPI route, so nothing would check its scope")
        for method in route.methods or ():
            needed(route.path_format, method)


async def check_scope(request: Request) -> None:
    """A dependency of every route. Raises ForbiddenError."""
    wanted = needed(request.scope["route"].path_format, request.method)
    if wanted is None or caller_of(request).has_any(wanted):
        return
    names = " or ".join(sorted(wanted) or [Scope.ADMIN])
    raise ForbiddenError(f"this request requires the scope {names}")
