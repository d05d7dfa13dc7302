"""Every operation in the API's OpenAPI document, applied to resources that do not exist."""

import json
from importlib import resources
from typing import Any

from tams.api.callers import PUBLIC_ROUTES, TOKEN_ROUTES

NOBODY = "00000000-0000-4000-8000-00000000abcd"


def document() -> dict[str, Any]:
    text = resources.files("tams.api").joinpath("openapi.json").read_text()
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def operations() -> list[tuple[str, str]]:
    """Method and path template of every operation that needs credentials."""
    return [
        (method.upper(), path)
        for path, methods in document()["paths"].items()
        for method in methods
        if path not in PUBLIC_ROUTES | TOKEN_ROUTES
    ]


def concrete(path: str) -> str:
    return "/".join(NOBODY if part.startswith("{") else part for part in path.split("/"))
