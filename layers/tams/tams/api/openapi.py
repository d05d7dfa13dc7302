"""One OpenAPI document for the whole API, put together from the routers of all functions.

Written to `openapi.json` beside this file by `make openapi`, because a deployed function sees only its own
routes; a test keeps the file up to date.
"""

from collections.abc import Iterable
from copy import deepcopy
from typing import Any

from fastapi import APIRouter, FastAPI
from pydantic.json_schema import models_json_schema

from tams.models.error import Error
from tams.models.flow_segment import FlowSegmentPost
from tams.models.flow_storage import FlowStoragePost
from tams.models.media_object import ControlledInstance, UncontrolledInstance
from tams.models.profile import ProfilePost
from tams.models.service import ServicePost
from tams.models.webhook import WebhookPost, WebhookPut
from tams.services.service import API_VERSION

BODY_MODELS = (
    ControlledInstance,
    Error,
    FlowSegmentPost,
    FlowStoragePost,
    ProfilePost,
    ServicePost,
    UncontrolledInstance,
    WebhookPost,
    WebhookPut,
)
"""Models that no route names as a type: bodies are read by hand, errors made in one place."""

_REFERENCE = "#/components/schemas/{model}"
_DESCRIPTION = (
    "The BBC's Time-addressable Media Store API on VAST Database and S3. "
    "Operations tagged Extensions are not part of TAMS."
)


def document(routers: Iterable[APIRouter]) -> dict[str, Any]:
    """The OpenAPI 3.1 description of these routers together."""
    app = FastAPI(
        title="Time-addressable Media Store", version=API_VERSION, description=_DESCRIPTION
    )
    for router in routers:
        app.include_router(router)
    made = app.openapi()
    _, definitions = models_json_schema(
        [(model, "validation") for model in BODY_MODELS], ref_template=_REFERENCE
    )
    made["components"]["schemas"] |= definitions["$defs"]
    for path in made["paths"].values():
        for operation in path.values():
            _answer_errors(operation)
        if "get" in path:
            path["head"] = _head_of(path["get"])
    for unused in ("HTTPValidationError", "ValidationError"):
        made["components"]["schemas"].pop(unused, None)
    return made


def _answer_errors(operation: dict[str, Any]) -> None:
    """FastAPI's 422 does not happen here; our failures all have one body."""
    operation["responses"].pop("422", None)
    operation["responses"]["4XX"] = operation["responses"]["503"] = {
        "description": "What was wrong, and where.",
        "content": {"application/json": {"schema": {"$ref": _REFERENCE.format(model="Error")}}},
    }


def _head_of(get: dict[str, Any]) -> dict[str, Any]:
    head = deepcopy(get)
    head["operationId"] = f"head_{get['operationId']}"
    for response in head["responses"].values():
        response.pop("content", None)
    return head
