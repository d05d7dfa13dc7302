"""One FastAPI app a function: its router, and what all of them share."""

from fastapi import APIRouter, Depends, FastAPI

from tams.api import body, errors
from tams.api.callers import CallerMiddleware
from tams.api.known_query import check_query
from tams.api.methods import HeadMiddleware
from tams.api.scopes import check_scope, check_table
from tams.api.trailing_slash import TrailingSlashMiddleware
from tams.ports import Platform

TITLE = "Time-addressable Media Store"


def create_app(router: APIRouter, platform: Platform) -> FastAPI:
    app = FastAPI(title=TITLE, openapi_url=None, docs_url=None, redirect_slashes=False)
    app.state.platform = platform
    app.state.routes = router.routes
    check_table(router.routes)
    app.include_router(router, dependencies=[Depends(check_scope), Depends(check_query)])
    app.add_middleware(TrailingSlashMiddleware, routes=router.routes)
    app.add_middleware(CallerMiddleware)
    app.add_middleware(HeadMiddleware)
    errors.install(app)
    body.install(app)
    return app
