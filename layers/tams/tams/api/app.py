"""One FastAPI app a function: its router, and what all of them share."""

from fastapi import APIRouter, FastAPI

from tams.api import errors
from tams.api.head import HeadMiddleware
from tams.container import Container

TITLE = "Time-addressable Media Store"


def create_app(router: APIRouter, container: Container) -> FastAPI:
    app = FastAPI(title=TITLE, openapi_url=None, docs_url=None, redirect_slashes=False)
    app.state.container = container
    app.state.routes = router.routes
    app.include_router(router)
    app.add_middleware(HeadMiddleware)
    errors.install(app)
    return app
