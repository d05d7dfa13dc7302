"""/openapi.json and /docs: the API described by itself. The page brings its own scripts."""

import json
from functools import lru_cache
from importlib import resources

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse

from tams.api.public_url import absolute

router = APIRouter(tags=["Extensions"], include_in_schema=False)

_PAGE_MAY = (
    "default-src 'none'; connect-src *; img-src 'self' data:; frame-ancestors 'none'; "
    "script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'"
)
"""Allows its own scripts, including the inline one, and calls to any server of the API."""
_ASSETS = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
}


@router.get("/openapi.json")
async def get_openapi(request: Request) -> Response:
    return Response(_document(absolute(request, "")), media_type="application/json")


@lru_cache(maxsize=4)
def _document(server: str) -> bytes:
    document = json.loads(resources.files("tams.api").joinpath("openapi.json").read_bytes())
    return json.dumps({**document, "servers": [{"url": server}]}).encode()


@router.get("/docs")
async def get_docs() -> HTMLResponse:
    page = get_swagger_ui_html(
        openapi_url="openapi.json",
        title="TAMS API",
        swagger_js_url="docs/swagger-ui-bundle.js",
        swagger_css_url="docs/swagger-ui.css",
        swagger_favicon_url="data:,",
    )
    page.headers["Content-Security-Policy"] = _PAGE_MAY
    return page


@router.get("/docs/{asset}")
async def get_docs_asset(asset: str) -> Response:
    if asset not in _ASSETS:
        raise HTTPException(404)
    text = resources.files("fastapi_offline").joinpath("static", asset).read_bytes()
    return Response(
        text, media_type=_ASSETS[asset], headers={"Cache-Control": "public, max-age=86400"}
    )
