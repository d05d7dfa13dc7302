"""The paging headers: which page this is, and where the next one begins (PAG-1…12)."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Protocol, TypeVar
from urllib.parse import parse_qsl, urlencode

from fastapi import Request, Response

from tams.api.payload import fitting_array
from tams.api.public_url import IS_ENCODED_TWICE, absolute
from tams.api.raw_path import encoded, encoded_twice
from tams.models.paging import Page
from tams.models.queries import Query


class _Listed(Protocol):
    """An item of a page."""

    def to_json_bytes(self) -> bytes: ...


Asked = TypeVar("Asked", bound=Query)
Item = TypeVar("Item", bound=_Listed)
UNREPEATED = frozenset({"page", "limit", "access_token"})
"""Query parameters a `next` link does not copy: two are set anew, and clients must add the token."""


def paging_headers(
    request: Request,
    *,
    limit: int,
    next_key: str | None,
    count: int | None = None,
    reverse: bool | None = None,
    timerange: str | None = None,
) -> dict[str, str]:
    """Headers of one page; `count`, `reverse` and `timerange` are given where the specification has them.

    The `next` link is absolute, repeats every filter, and keeps commas escaped inside it.
    """
    headers = {"X-Paging-Limit": str(limit)}
    if count is not None:
        headers["X-Paging-Count"] = str(count)
    if reverse is not None:
        headers["X-Paging-Reverse-Order"] = "true" if reverse else "false"
    if timerange is not None:
        headers["X-Paging-Timerange"] = timerange
    if next_key is not None:
        headers["X-Paging-NextKey"] = next_key
        headers["Link"] = f'<{_next_url(request, limit, next_key)}>; rel="next"'
    return headers


def next_link(request: Request, limit: int, next_key: str) -> dict[str, str]:
    """Headers of a page of a log, which always has a next page."""
    return paging_headers(request, limit=limit, next_key=next_key)


def page_response(
    request: Request,
    listed: Callable[[Asked], Page[Item]],
    asked: Asked,
    *,
    reverse: bool | None = None,
) -> Response:
    """One page of models. Count and Reverse-Order come together, and only for lists that can be reversed.

    If the models do not fit into one response, `listed` is called again for fewer.
    """
    page = listed(asked)
    body, count = fitting_array(item.to_json_bytes() for item in page.items)
    if count < len(page.items):
        page = listed(replace(asked, limit=count))
        body, _ = fitting_array(item.to_json_bytes() for item in page.items)
    headers = paging_headers(
        request,
        limit=asked.limit,
        next_key=page.next_key,
        count=None if reverse is None else len(page.items),
        reverse=reverse,
    )
    return array_response(body, headers)


def array_response(body: bytes, headers: Mapping[str, str]) -> Response:
    """A response with the array that `fitting_array` built."""
    return Response(body, media_type="application/json", headers=dict(headers))


def _next_url(request: Request, limit: int, next_key: str) -> str:
    kept = [
        (name, value)
        for name, value in parse_qsl(request.url.query, keep_blank_values=True)
        if name not in UNREPEATED
    ]
    changed: Mapping[str, str] = {"limit": str(limit), "page": next_key}
    is_twice = IS_ENCODED_TWICE in request.scope["aws.event"]
    own_path = (encoded_twice if is_twice else encoded)(request.url.path)
    path = absolute(request, own_path)
    return f"{path}?{urlencode([*kept, *changed.items()])}"
