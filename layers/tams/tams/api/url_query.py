"""The query parameters that select and shape get_urls (URL-1…22)."""

from typing import Annotated

from fastapi import Query, Request

from tams.api.query import QueryBool
from tams.models.filters import UrlFilter, parse_list, parse_tag_filters, parse_uuid_list


async def url_filter(
    request: Request,
    accept_get_urls: Annotated[
        str | None,
        Query(description="Comma-separated labels of the URLs to return. If empty, no URLs."),
    ] = None,
    accept_storage_ids: Annotated[
        str | None,
        Query(description="Comma-separated storage backends of the URLs to return. If empty, all."),
    ] = None,
    presigned: QueryBool | None = None,
    verbose_storage: QueryBool = False,
) -> UrlFilter:
    labels = None if accept_get_urls is None else parse_list("accept_get_urls", accept_get_urls)
    storage_ids = parse_uuid_list("accept_storage_ids", accept_storage_ids or "")
    return UrlFilter(
        accept_get_urls=labels,
        accept_storage_ids=storage_ids or None,
        presigned=presigned,
        backend_tags=parse_tag_filters("storage_backend_tag", request.query_params.multi_items()),
        verbose_storage=verbose_storage,
    )
