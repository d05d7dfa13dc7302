"""/console/ (an extension): the web console. Its files lie beside this one, in `site`, as built."""

from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Request, Response
from fastapi import Path as InPath

from tams.api.answer_encoding import accepts_gzip
from tams.api.console import ASK_FIRST, FOREVER, PAGE, ConsoleFile, console_files, page_policy
from tams.api.dependencies import ThisPlatform
from tams.api.etag import KnownVersions
from tams.api.trailing_slash import ends_in_slash
from tams.errors import NotFoundError
from tams.models.versioned import ANY_VERSION
from tams.ports import Platform
from tams.runtime.http_handler import api_handler

router = APIRouter(tags=["Extensions"], include_in_schema=False)

FileName = Annotated[str, InPath(description="As the page names it.")]

_files = cache(lambda: console_files(Path(__file__).with_name("site")))


@cache
def _page(folder: str) -> ConsoleFile:
    page = _files()[PAGE]
    return page.below(folder) if folder else page


@router.get("/console")
async def get_console(request: Request, platform: ThisPlatform, known: KnownVersions) -> Response:
    """The page. Its files are beside it, or one folder down where the address has no slash at its end."""
    return _page_response(
        request, _page("" if ends_in_slash(request) else "console"), platform, known
    )


@router.get("/console/{file}")
async def get_console_file(
    request: Request, file: FileName, platform: ThisPlatform, known: KnownVersions
) -> Response:
    found = _files().get(file)
    if found is None:
        raise NotFoundError(
            "file of the console", file, "this release has others: load /console again"
        )
    if file == PAGE:
        return _page_response(request, found, platform, known)
    return _response(request, found, known, {"Cache-Control": FOREVER})


def _page_response(
    request: Request, page: ConsoleFile, platform: Platform, known: frozenset[str]
) -> Response:
    endpoints = (
        each.public_endpoint_url or each.endpoint_url for each in platform.settings.storage_backends
    )
    headers = {"Cache-Control": ASK_FIRST, "Content-Security-Policy": page_policy(endpoints)}
    return _response(request, page, known, headers)


def _response(
    request: Request, found: ConsoleFile, known: frozenset[str], headers: dict[str, str]
) -> Response:
    headers = {**headers, "ETag": f'W/"{found.version}"'}  # weak: it may leave gzipped or not
    if known & {ANY_VERSION, found.version}:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    if accepts_gzip(request.headers.get("accept-encoding", "")):
        headers["Content-Encoding"] = "gzip"
        return Response(found.packed, media_type=found.media_type, headers=headers)
    return Response(found.content, media_type=found.media_type, headers=headers)


lambda_handler = api_handler(router)
