"""/objects, /objects/{objectId} and its instances. An Object id may contain any character, even slashes."""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.responses import JSONResponse

from tams.api.batch import mount_batch
from tams.api.body import described
from tams.api.creation import CONFLICT, EXTENSION, created
from tams.api.deletion import ACCEPTED, NEEDED, Options, deleted, never_kept
from tams.api.dependencies import Backends, JsonBody, ThisPlatform, acting
from tams.api.listing import object_json, page_of_ids
from tams.api.paging import paging_headers
from tams.api.query import Limit, PageToken, page_limit, query_uuid
from tams.api.raw_path import path_value
from tams.api.url_query import url_filter
from tams.api.with_deleted import with_deleted
from tams.models.filters import UrlFilter, parse_tag_filters
from tams.models.media_object import ControlledInstance, MediaObject, parse_instance_post
from tams.models.object_post import parse_object_post
from tams.runtime.http_handler import api_handler
from tams.services.batch.batch import BatchItem
from tams.services.deletion.objects import ObjectDeletionService
from tams.services.objects.get_urls import GetUrls
from tams.services.objects.instances import InstanceService
from tams.services.objects.objects import ObjectService, ObjectView
from tams.services.objects.registration import ObjectRegistrationService
from tams.services.recycle_bin.deleted_objects import DeletedObjectService

router = APIRouter(prefix="/objects", tags=["Objects"])

Objects = Annotated[ObjectService, Depends(acting(ObjectService))]
Instances = Annotated[InstanceService, Depends(acting(InstanceService))]
Deletion = Annotated[ObjectDeletionService, Depends(acting(ObjectDeletionService))]
DeletedToo = Annotated[DeletedObjectService | None, Depends(with_deleted(DeletedObjectService))]
Registration = Annotated[ObjectRegistrationService, Depends(acting(ObjectRegistrationService))]


async def _object_id(object_id: Annotated[str, Path(alias="objectId")]) -> str:
    return path_value(object_id)


ObjectId = Annotated[str, Depends(_object_id)]


@router.post(
    "",
    tags=[EXTENSION],
    status_code=HTTPStatus.CREATED,
    response_model=MediaObject,
    responses=CONFLICT,
    openapi_extra=described("ObjectPost"),
)
async def post_object(
    request: Request, body: JsonBody, objects: Registration, platform: ThisPlatform
) -> Response:
    """Registers an Object at a client's own URLs, before any Segment uses it. Not part of TAMS."""
    stored = objects.create(parse_object_post(body))
    get_urls = GetUrls(platform.object_stores.get_url, {}, UrlFilter())
    document = object_json(ObjectView(stored, None, [], None), [], get_urls)
    return created(request, "objects", stored.id, document)


def _object_item(body: object) -> BatchItem:
    post = parse_object_post(body)
    return BatchItem(
        post.id,
        lambda it, caller: ObjectRegistrationService.of(it, caller).create(post),
        (post.id,),
    )


mount_batch(
    router,
    "/batch",
    done=HTTPStatus.CREATED,
    parse=_object_item,
    models=["ObjectPost"],
    summary="Register Objects",
)


# Before the routes of the Object itself, whose id would swallow the rest of the path.
@router.post(
    "/{objectId:path}/instances",
    status_code=HTTPStatus.CREATED,
    openapi_extra=described("ControlledInstance", "UncontrolledInstance"),
)
async def post_instance(object_id: ObjectId, body: JsonBody, instances: Instances) -> Response:
    given = parse_instance_post(body)
    if isinstance(given, ControlledInstance):
        instances.copy(object_id, given.storage_id)
    else:
        instances.add(object_id, given)
    return Response(status_code=HTTPStatus.CREATED)


@router.delete(
    "/{objectId:path}/instances",
    status_code=HTTPStatus.NO_CONTENT,
    dependencies=[never_kept("instances of Objects")],
)
async def delete_instance(
    object_id: ObjectId,
    instances: Instances,
    storage_id: str | None = None,
    label: str | None = None,
) -> Response:
    instances.remove(object_id, query_uuid("storage_id", storage_id), label)
    return Response(status_code=HTTPStatus.NO_CONTENT)


@router.get("/{objectId:path}", response_model=MediaObject)
async def get_object(
    request: Request,
    object_id: ObjectId,
    objects: Objects,
    platform: ThisPlatform,
    backends: Backends,
    urls: Annotated[UrlFilter, Depends(url_filter)],
    deleted_too: DeletedToo,
    limit: Limit = None,
    page: PageToken = None,
) -> JSONResponse:
    """Paging, `flow_tag.{name}` and `flow_tag_exists.{name}` apply to `referenced_by_flows`."""
    flow_tags = parse_tag_filters("flow_tag", request.query_params.multi_items())
    told = dict[str, Any]()
    if deleted_too is None:
        view = objects.get(object_id, flow_tags)
    else:
        found = deleted_too.get(object_id, flow_tags)
        view, told = found.view, found.told
    in_force = page_limit(limit)
    flow_ids, next_key = page_of_ids(view.flow_ids, page, in_force)
    get_urls = GetUrls(platform.object_stores.get_url, backends, urls)
    headers = paging_headers(request, limit=in_force, next_key=next_key)
    return JSONResponse({**object_json(view, flow_ids, get_urls), **told}, headers=headers)


@router.delete(
    "/{objectId:path}",
    tags=[EXTENSION],
    status_code=HTTPStatus.NO_CONTENT,
    responses=ACCEPTED | NEEDED,
)
async def delete_object(
    request: Request, object_id: ObjectId, deletion: Deletion, options: Options
) -> Response:
    """Deletes an unused Object or, with `cascade=true`, the Segments that use it. Not part of TAMS."""
    return deleted(request, deletion.delete(object_id, options))


lambda_handler = api_handler(router)
