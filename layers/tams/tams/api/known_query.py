"""Refuses unknown query parameters (ADR 13), because a misspelt filter would return everything.

The known names come from the route's own declarations.
"""

from collections.abc import Iterator
from difflib import get_close_matches

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from tams.api.audit import READING
from tams.api.callers import PUBLIC_ROUTES
from tams.api.tag_filters import TAG_FILTERS
from tams.errors import InvalidRequestError, clipped, quoted

ANYWHERE = frozenset({"access_token", "_"})
"""A credential (AUT-4), and the parameter clients add to bypass caches."""


async def check_query(request: Request) -> None:
    """A dependency of every route. Raises InvalidRequestError."""
    route = request.scope["route"]
    asked = request.query_params
    if not asked or route.path_format in PUBLIC_ROUTES:
        return
    if request.app.state.platform.settings.unknown_query == "ignore":
        return
    exact, prefixes = _known(route, request.method)
    if not exact and not prefixes and request.method in READING:
        return  # nothing filters here, and the specification declares no 400
    for name in asked:
        if name not in exact | ANYWHERE and not name.startswith(prefixes):
            raise InvalidRequestError(
                f"unknown query parameter {quoted(name)}: {_instead(name, exact, prefixes)}"
            )


def _known(route: APIRoute, method: str) -> tuple[frozenset[str], tuple[str, ...]]:
    """Complete names, and the prefixes of names that end with a tag's name."""
    prefixes = (
        f"{kind}{ending}"
        for kind in (TAG_FILTERS.get(route.path_format, ()) if method in READING else ())
        for ending in (".", "_exists.")
    )
    return frozenset(_declared(route.dependant)), tuple(prefixes)


def _declared(dependant: Dependant) -> Iterator[str]:
    yield from (field.alias for field in dependant.query_params)
    for each in dependant.dependencies:
        yield from _declared(each)


def _instead(name: str, exact: frozenset[str], prefixes: tuple[str, ...]) -> str:
    known = sorted(exact) + [f"{prefix}{{name}}" for prefix in prefixes]
    stem, dot, tag = clipped(name).partition(".")
    written = {f"{prefix.rstrip('.')}": f"{prefix}{tag}" for prefix in prefixes} if dot else {}
    near = get_close_matches(stem.lower(), [*written, *sorted(exact)], n=1)
    if near:
        return f"did you mean {written.get(near[0], near[0])!r}?"
    return (
        f"this request takes {', '.join(known)}"
        if known
        else "this request takes no query parameters"
    )
