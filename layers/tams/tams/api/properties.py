"""label, description and tags as resources of their own: written once, mounted by Sources and by Flows.

GET of an unset property is not a 404: it returns `null`, or `{}` for tags (FLW-47, SRC-12).
"""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Annotated, Any, Protocol

from fastapi import APIRouter, Depends, Path, Response
from fastapi.responses import JSONResponse

from tams.api.body import described_as
from tams.api.deletion import never_kept
from tams.api.dependencies import JsonBody
from tams.api.raw_path import path_value
from tams.errors import NotFoundError
from tams.models.common import Tags, TagValue
from tams.models.property_values import parse_tag_value, parse_tags, parse_text

NO_CONTENT = Response(status_code=HTTPStatus.NO_CONTENT)
TEXTS = ("label", "description")
TEXT_SCHEMA = {"type": "string"}
TAG_SCHEMA = {"anyOf": [TEXT_SCHEMA, {"type": "array", "items": TEXT_SCHEMA}]}
TAGS_SCHEMA = {"type": "object", "additionalProperties": TAG_SCHEMA}


class Described(Protocol):
    """A service for resources that have a label, a description and tags."""

    def get(self, identifier: str, /) -> Any: ...
    def set(self, identifier: str, name: str, value: Any, /) -> None: ...
    def set_tags(self, identifier: str, tags: dict[str, str | list[str]], /) -> None: ...
    def set_tag(self, identifier: str, name: str, value: str | list[str], /) -> None: ...
    def remove_tag(self, identifier: str, name: str, /) -> None: ...


def mount_properties(
    router: APIRouter,
    item: str,
    identifier: Callable[..., Awaitable[str]],
    service: Callable[..., Awaitable[Described]],
) -> None:
    """Add the routes below `item`, such as `/{flowId}`."""
    for name in TEXTS:
        path = f"{item}/{name}"
        mount_property(router, path, name, identifier, service, parse_text, TEXT_SCHEMA)
    _mount_tags(router, f"{item}/tags", identifier, service)


def mount_property(
    router: APIRouter,
    path: str,
    name: str,
    identifier: Callable[..., Awaitable[str]],
    service: Callable[..., Awaitable[Described]],
    parse: Callable[[object], Any],
    schema: dict[str, Any],
) -> None:
    """GET, PUT and DELETE of one property; `schema` is that of its value when it is set."""
    value = {"type": [schema["type"], "null"]}
    answer = {
        "description": "The value, or `null` if it is not set.",
        "content": {"application/json": {"schema": value}},
    }
    Id = Annotated[str, Depends(identifier)]  # noqa: N806 - a type
    Service = Annotated[Described, Depends(service)]  # noqa: N806

    @router.get(path, name=f"get_{name}", responses={HTTPStatus.OK: answer})
    async def get_property(resource_id: Id, resources: Service) -> JSONResponse:
        return JSONResponse(getattr(resources.get(resource_id), name))

    @router.put(
        path,
        name=f"put_{name}",
        status_code=HTTPStatus.NO_CONTENT,
        openapi_extra=described_as(schema),
    )
    async def put_property(resource_id: Id, resources: Service, body: JsonBody) -> Response:
        resources.set(resource_id, name, parse(body))
        return NO_CONTENT

    @router.delete(
        path,
        name=f"delete_{name}",
        status_code=HTTPStatus.NO_CONTENT,
        dependencies=[never_kept("properties")],
    )
    async def delete_property(resource_id: Id, resources: Service) -> Response:
        resources.set(resource_id, name, None)
        return NO_CONTENT


def _mount_tags(
    router: APIRouter,
    path: str,
    identifier: Callable[..., Awaitable[str]],
    service: Callable[..., Awaitable[Described]],
) -> None:
    """The routes of all tags together, and of one."""
    Id = Annotated[str, Depends(identifier)]  # noqa: N806
    Service = Annotated[Described, Depends(service)]  # noqa: N806
    Name = Annotated[str, Depends(tag_name)]  # noqa: N806

    @router.get(path, name="get_tags", response_model=Tags)
    async def get_tags(resource_id: Id, resources: Service) -> JSONResponse:
        return JSONResponse(resources.get(resource_id).tags or {})

    @router.put(
        path,
        name="put_tags",
        tags=["Extensions"],
        status_code=HTTPStatus.NO_CONTENT,
        openapi_extra=described_as(TAGS_SCHEMA),
    )
    async def put_tags(resource_id: Id, resources: Service, body: JsonBody) -> Response:
        """Replaces all tags. Not part of TAMS."""
        resources.set_tags(resource_id, parse_tags(body))
        return NO_CONTENT

    @router.get(f"{path}/{{name:path}}", name="get_tag", response_model=TagValue)
    async def get_tag(resource_id: Id, resources: Service, name: Name) -> JSONResponse:
        tags = resources.get(resource_id).tags or {}
        if name not in tags:
            raise NotFoundError("Tag", name)
        return JSONResponse(tags[name])

    @router.put(
        f"{path}/{{name:path}}",
        name="put_tag",
        status_code=HTTPStatus.NO_CONTENT,
        openapi_extra=described_as(TAG_SCHEMA),
    )
    async def put_tag(resource_id: Id, resources: Service, name: Name, body: JsonBody) -> Response:
        resources.set_tag(resource_id, name, parse_tag_value(body))
        return NO_CONTENT

    @router.delete(
        f"{path}/{{name:path}}",
        name="delete_tag",
        status_code=HTTPStatus.NO_CONTENT,
        dependencies=[never_kept("tags")],
    )
    async def delete_tag(resource_id: Id, resources: Service, name: Name) -> Response:
        resources.remove_tag(resource_id, name)
        return NO_CONTENT


async def tag_name(name: Annotated[str, Path(alias="name")]) -> str:
    """The name of a tag in a path, which may contain any character, including slashes."""
    return path_value(name)
