"""Builds one OpenAPI document for the whole API from the routers of all functions.

`make openapi` writes it to `openapi.json` beside this file, because a deployed function sees only its own
routes; a test keeps the file up to date.
"""

from collections.abc import Iterable
from copy import deepcopy
from typing import Any

from fastapi import APIRouter, FastAPI
from pydantic.json_schema import models_json_schema

from tams.api.openapi_names import operation_id
from tams.api.openapi_schemas import tidied
from tams.api.openapi_security import SCHEMES, describe_access
from tams.api.tag_filters import TAG_FILTERS
from tams.models.batch import FlowTags, Named
from tams.models.collection_resource import (
    CollectionPatch,
    CollectionPost,
    MemberPost,
    MemberPut,
)
from tams.models.error import Error
from tams.models.flow_segment import FlowSegmentPost
from tams.models.flow_storage import FlowStoragePost
from tams.models.media_object import ControlledInstance, UncontrolledInstance
from tams.models.object_post import ObjectPost
from tams.models.playback import PlaybackTokenPost
from tams.models.profile import ProfilePost
from tams.models.service import ServicePost
from tams.models.source import SourcePost, SourcePut
from tams.models.webhook import WebhookPost, WebhookPut
from tams.services.service.service import API_VERSION

BODY_MODELS = (
    CollectionPatch,
    CollectionPost,
    ControlledInstance,
    Error,
    FlowSegmentPost,
    FlowStoragePost,
    FlowTags,
    Named,
    MemberPost,
    MemberPut,
    ObjectPost,
    PlaybackTokenPost,
    ProfilePost,
    ServicePost,
    SourcePost,
    SourcePut,
    UncontrolledInstance,
    WebhookPost,
    WebhookPut,
)
"""Models that no route declares as a type: bodies are parsed by hand, errors are built in one place."""

_FAILURES = {
    "400": "The request is malformed or breaks a rule.",
    "403": "The Flow is read-only, or the caller lacks permission.",
    "404": "The resource does not exist.",
    "413": "The body is too large.",
    "415": "The body is compressed, which is not supported.",
    "503": "VAST or S3 does not answer; the same request may succeed later.",
}
_REFERENCE = "#/components/schemas/{model}"
_DESCRIPTION = (
    "The BBC's Time-addressable Media Store (TAMS) API on VAST Database and S3. "
    "Operations tagged Extensions are not part of TAMS."
)


def document(routers: Iterable[APIRouter]) -> dict[str, Any]:
    """The OpenAPI 3.1 document for these routers together."""
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
    made["components"]["securitySchemes"] = SCHEMES
    made["servers"] = [{"url": "/"}]  # where served, the address of the service (docs.py)
    for name, path in made["paths"].items():
        for method, operation in path.items():
            _answer_errors(method, operation)
            describe_access(name, method, operation, _REFERENCE.format(model="Error"))
            if method == "get":
                _filter_by_tags(name, operation)
                _page(name, operation)
        if "get" in path:
            path["head"] = _head_of(path["get"])
        for method, operation in path.items():
            operation["operationId"] = operation_id(method, name)
    for unused in ("HTTPValidationError", "ValidationError"):
        made["components"]["schemas"].pop(unused, None)
    return tidied(made)


def _answer_errors(method: str, operation: dict[str, Any]) -> None:
    """Removes FastAPI's own 422, which does not occur here, and gives all failures the same body."""
    responses = operation["responses"]
    if responses.get("422", {}).get("description") == "Validation Error":
        del responses["422"]
    for response in responses.values():
        if response.get("content") == {"application/json": {"schema": {}}}:
            del response["content"]  # a route without a model returns no body
    failures = ["400", "404", "503"] if method == "get" else ["400", "403", "404", "503"]
    if "requestBody" in operation:
        failures += ["413", "415"]
    content = {"application/json": {"schema": {"$ref": _REFERENCE.format(model="Error")}}}
    for status in failures:
        responses.setdefault(status, {"description": _FAILURES[status], "content": content})
    if "422" in responses:
        responses["422"]["content"] = content
    if "409" in responses and "201" in responses and "200" not in responses:
        responses["201"]["headers"] = {"Location": _header("The URL of the new resource.")}
    if "202" in responses:
        responses["202"]["headers"] = {"Location": _header("The URL of the deletion request.")}


def _filter_by_tags(path: str, operation: dict[str, Any]) -> None:
    """Adds parameters whose names contain a tag's name, which are read from the raw query."""
    for kind, what in TAG_FILTERS.get(path, {}).items():
        for name, description, schema in (
            (
                f"{kind}.{{name}}",
                f"Comma-separated values. The tag of {what} must have one of them.",
                "string",
            ),
            (f"{kind}_exists.{{name}}", f"Whether {what} must have the tag.", "boolean"),
        ):
            operation.setdefault("parameters", []).append(
                {
                    "name": name,
                    "in": "query",
                    "required": False,
                    "description": description,
                    "schema": {"type": schema},
                }
            )


def _page(path: str, operation: dict[str, Any]) -> None:
    """Adds the headers of paged responses."""
    names = {each["name"] for each in operation.get("parameters", ())}
    if "page" not in names:
        return
    headers = {
        "Link": _header('The next page, as rel="next". Absent on the last page.'),
        "X-Paging-Limit": _header("The effective limit.", "integer"),
        "X-Paging-NextKey": _header(
            "The value of `page` for the next page. Absent on the last page."
        ),
    }
    if "reverse_order" in names:
        headers["X-Paging-Count"] = _header("The number of items on this page.", "integer")
        headers["X-Paging-Reverse-Order"] = _header("Whether the order is reversed.", "boolean")
    if path.endswith("/segments"):
        headers["X-Paging-Timerange"] = _header(
            "The timerange that the Segments on this page span."
        )
    operation["responses"]["200"]["headers"] = headers


def _header(description: str, kind: str = "string") -> dict[str, Any]:
    return {"description": description, "schema": {"type": kind}}


def _head_of(get: dict[str, Any]) -> dict[str, Any]:
    head = deepcopy(get)
    for response in head["responses"].values():
        response.pop("content", None)
    return head
