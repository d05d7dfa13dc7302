"""Refuses unknown query parameters (ADR 13), because a misspelt filter would return everything.

One that is given twice with different values is refused too: either value could be the one that is meant. The
known names come from the route's own declarations.
"""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any, get_args, get_origin

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.datastructures import QueryParams

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
    _check_single(route, asked)
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


def _check_single(route: APIRoute, asked: QueryParams) -> None:
    for name, annotation in _declared(route.dependant):
        values = list(dict.fromkeys(asked.getlist(name)))
        if len(values) > 1 and not _takes_several(annotation):
            given = " and ".join(map(quoted, values[:2]))
            raise InvalidRequestError(f"{name}: is given as {given}: give one value")


def _takes_several(annotation: Any) -> bool:
    return any(get_origin(each) is list for each in (annotation, *get_args(annotation)))


def _known(route: APIRoute, method: str) -> tuple[frozenset[str], tuple[str, ...]]:
    """Complete names, and the prefixes of names that end with a tag's name."""
    prefixes = (
        f"{kind}{ending}"
        for kind in (TAG_FILTERS.get(route.path_format, ()) if method in READING else ())
        for ending in (".", "_exists.")
    )
    return frozenset(name for name, _ in _declared(route.dependant)), tuple(prefixes)


def _declared(dependant: Dependant) -> Iterator[tuple[str, Any]]:
    """The names of a route's own parameters, and what each takes."""
    yield from ((field.alias, field.field_info.annotation) for field in dependant.query_params)
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
