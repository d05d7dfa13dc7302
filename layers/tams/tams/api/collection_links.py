"""Collections link to their members."""

from collections.abc import Callable
from typing import TypeVar

from fastapi import Request

from tams.api.public_url import absolute
from tams.models.collection_resource import Collection, SourceCollection
from tams.models.paging import Page
from tams.models.queries import CollectionQuery, SourceCollectionQuery

Linked = TypeVar("Linked", Collection, SourceCollection)
Asked = TypeVar("Asked", CollectionQuery, SourceCollectionQuery)


def linked(request: Request, path: str, found: Linked) -> Linked:
    """`path` is that of the list it belongs to."""
    url = absolute(request, f"{path}/{found.id}/members")
    with_url: Linked = found.model_copy(update={"members_url": url})
    return with_url


def all_linked(
    request: Request, path: str, list_: Callable[[Asked], Page[Linked]]
) -> Callable[[Asked], Page[Linked]]:
    """The same for each item of a page."""

    def listed(asked: Asked) -> Page[Linked]:
        page = list_(asked)
        return Page(tuple(linked(request, path, each) for each in page.items), page.next_key)

    return listed
