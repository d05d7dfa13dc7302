"""How every list is filtered, paged and counted. Source: list_* in vastdb/_internal.py."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from vastlocal.errors import BadRequestError
from vastlocal.http.messages import Request, Response

_MAX_KEYS = 1000
Item = TypeVar("Item")


def list_response(
    request: Request,
    items: Sequence[Item],
    name_of: Callable[[Item], str],
    render: Callable[[Sequence[Item]], bytes],
) -> Response:
    """One page of the items; the next key is a position in the filtered list."""
    max_keys = request.integer("tabular-max-keys", _MAX_KEYS)
    start = request.integer("tabular-next-key", 0)
    if max_keys < 1 or start < 0:
        raise BadRequestError("tabular-max-keys and tabular-next-key must be positive")
    exact = request.headers.get("tabular-name-exact-match")
    prefix = request.headers.get("tabular-name-prefix", "")
    if exact:
        matching = [item for item in items if name_of(item) == exact]
    elif prefix:
        matching = [item for item in items if name_of(item).startswith(prefix)]
    else:
        matching = list(items)
    is_count = request.flag("tabular-list-count-only")
    page = [] if is_count else matching[start : start + max_keys]
    end = start + len(page)
    is_truncated = not is_count and end < len(matching)
    headers = {
        "tabular-next-key": str(end if is_truncated else 0),
        "tabular-is-truncated": str(is_truncated).lower(),
    }
    if is_count:
        headers["tabular-list-count"] = str(len(matching))
    return Response(render(page), headers)
