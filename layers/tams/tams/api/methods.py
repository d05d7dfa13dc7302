"""Which methods a path has: those of all its routes, and HEAD where there is GET (GEN-16)."""

from fastapi import Request
from fastapi.routing import iter_route_contexts
from starlette.routing import Match


def allowed_methods(request: Request) -> list[str]:
    found: set[str] = set()
    for route in iter_route_contexts(request.app.state.routes):
        if route.matches(request.scope)[0] is not Match.NONE:
            found |= route.methods or set()
    if "GET" in found:
        found.add("HEAD")
    return sorted(found)
