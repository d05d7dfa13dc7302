"""/collections and /source-collections (an extension)."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi import Query as QueryParameter
from fastapi.responses import JSONResponse

from tams.api.body import described, merge_patch
from tams.api.collection_links import all_linked, linked
from tams.api.creation import CONFLICT, EXTENSION, created
from tams.api.deletion import ACCEPTED, MEMBERS_STAY, NEEDED, Options, deleted, never_kept
from tams.api.dependencies import CollectionId, FlowId, JsonBody, MemberId, SourceId, acting
from tams.api.paging import page_response
from tams.api.query import Limit, PageToken, QueryBool, page_limit, query_uuid
from tams.models.collection_resource import (
    Collection,
    CollectionPatch,
    CollectionPost,
    Member,
    MemberPost,
    MemberPut,
    SourceCollection,
    SourceMember,
)
from tams.models.common import ContentFormat
from tams.models.filters import parse_tag_filters
from tams.models.queries import (
    CollectionQuery,
    FlowSort,
    Query,
    SourceCollectionQuery,
    SourceSort,
)
from tams.runtime.http_handler import api_handler
from tams.services.deletion.collections import CollectionDeletionService
from tams.services.flows.collection_members import CollectionMemberService
from tams.services.flows.collection_resources import CollectionService
from tams.services.flows.source_collections import SourceCollectionService

router = APIRouter(tags=[EXTENSION])

FLOWS, SOURCES = "/collections", "/source-collections"
ITEM, MEMBERS = f"{FLOWS}/{{collectionId}}", f"{FLOWS}/{{collectionId}}/members"
MEMBER = f"{MEMBERS}/{{flowId}}"
SOURCE, SOURCE_MEMBERS = f"{SOURCES}/{{sourceId}}", f"{SOURCES}/{{sourceId}}/members"
SOURCE_MEMBER = f"{SOURCE_MEMBERS}/{{memberId}}"

Collections = Annotated[CollectionService, Depends(acting(CollectionService))]
Members = Annotated[CollectionMemberService, Depends(acting(CollectionMemberService))]
Deletion = Annotated[CollectionDeletionService, Depends(acting(CollectionDeletionService))]
SourceCollections = Annotated[SourceCollectionService, Depends(acting(SourceCollectionService))]


Format = Annotated[ContentFormat | None, QueryParameter(alias="format")]
MemberFilter = Annotated[
    str | None, QueryParameter(description="Only collections that have this member.")
]


@router.get(FLOWS, response_model=list[Collection])
async def get_collections(
    request: Request,
    collections: Collections,
    limit: Limit = None,
    page: PageToken = None,
    sort_by: FlowSort = FlowSort.CREATED,
    reverse_order: QueryBool = False,
    member_id: MemberFilter = None,
    source_id: str | None = None,
    label: str | None = None,
    content_format: Format = None,
) -> Response:
    """Lists the Flows that have members.

    Tags filter with `tag.{name}=a,b` and `tag_exists.{name}=true`. Not part of TAMS.
    """
    asked = CollectionQuery(
        limit=page_limit(limit),
        page=page,
        sort_by=sort_by,
        reverse=reverse_order,
        member_id=query_uuid("member_id", member_id),
        source_id=query_uuid("source_id", source_id),
        label=label,
        format=content_format,
        tags=parse_tag_filters("tag", request.query_params.multi_items()),
    )
    listed = all_linked(request, FLOWS, collections.list_)
    return page_response(request, listed, asked, reverse=reverse_order)


@router.post(
    FLOWS,
    status_code=HTTPStatus.CREATED,
    response_model=Collection,
    responses=CONFLICT,
    openapi_extra=described("CollectionPost"),
)
async def post_collection(request: Request, body: JsonBody, collections: Collections) -> Response:
    """Creates a multi Flow with its members. Not part of TAMS."""
    made = linked(request, FLOWS, collections.create(CollectionPost.from_body(body)))
    return created(request, FLOWS[1:], made.id, made.to_json())


@router.get(ITEM, response_model=Collection)
async def get_collection(
    request: Request, collection_id: CollectionId, collections: Collections
) -> JSONResponse:
    """A multi Flow, or any other Flow that has members. Not part of TAMS."""
    return JSONResponse(linked(request, FLOWS, collections.get(collection_id)).to_json())


@router.patch(ITEM, status_code=HTTPStatus.NO_CONTENT, openapi_extra=merge_patch("CollectionPatch"))
async def patch_collection(
    collection_id: CollectionId, body: JsonBody, collections: Collections
) -> Response:
    """Changes label, description, tags and members, all in one transaction. Not part of TAMS."""
    collections.patch(collection_id, CollectionPatch.from_body(body))
    return Response(status_code=HTTPStatus.NO_CONTENT)


@router.delete(ITEM, status_code=HTTPStatus.NO_CONTENT, responses=ACCEPTED | NEEDED)
async def delete_collection(
    request: Request, collection_id: CollectionId, deletion: Deletion, options: Options
) -> Response:
    """Deletes the Flow that collects, with its own Segments. Its members stay. Not part of TAMS."""
    return deleted(request, deletion.delete(collection_id, options))


@router.get(MEMBERS, response_model=list[Member])
async def get_members(
    request: Request,
    collection_id: CollectionId,
    members: Members,
    limit: Limit = None,
    page: PageToken = None,
) -> Response:
    """Lists the members in order. Not part of TAMS."""
    asked = Query(limit=page_limit(limit), page=page)
    return page_response(request, lambda it: members.list_(collection_id, it), asked)


@router.post(
    MEMBERS,
    status_code=HTTPStatus.CREATED,
    response_model=Member,
    responses={HTTPStatus.CONFLICT: CONFLICT[HTTPStatus.CONFLICT] | {"description": "It is one."}},
    openapi_extra=described("MemberPost"),
)
async def post_member(
    request: Request, collection_id: CollectionId, body: JsonBody, members: Members
) -> Response:
    """Adds a member at the end, or at `position`. Not part of TAMS."""
    made = members.add(collection_id, MemberPost.from_body(body))
    return created(request, f"collections/{collection_id}/members", made.id, made.to_json())


@router.get(MEMBER, response_model=Member)
async def get_member(
    collection_id: CollectionId, flow_id: FlowId, members: Members
) -> JSONResponse:
    """One member. Not part of TAMS."""
    return JSONResponse(members.get(collection_id, flow_id).to_json())


@router.put(MEMBER, status_code=HTTPStatus.NO_CONTENT, openapi_extra=described("MemberPut"))
async def put_member(
    collection_id: CollectionId, flow_id: FlowId, body: JsonBody, members: Members
) -> Response:
    """Replaces role and mapping of a member, and moves it if `position` is given. Not part of TAMS."""
    members.put(collection_id, flow_id, MemberPut.from_body(body))
    return Response(status_code=HTTPStatus.NO_CONTENT)


@router.delete(
    MEMBER,
    status_code=HTTPStatus.NO_CONTENT,
    dependencies=[never_kept("memberships", MEMBERS_STAY)],
)
async def delete_member(collection_id: CollectionId, flow_id: FlowId, members: Members) -> Response:
    """Removes a Flow from the collection. The Flow itself stays. Not part of TAMS."""
    members.remove(collection_id, flow_id)
    return Response(status_code=HTTPStatus.NO_CONTENT)


@router.get(SOURCES, response_model=list[SourceCollection])
async def get_source_collections(
    request: Request,
    collections: SourceCollections,
    limit: Limit = None,
    page: PageToken = None,
    sort_by: SourceSort = SourceSort.CREATED,
    reverse_order: QueryBool = False,
    member_id: MemberFilter = None,
    label: str | None = None,
    content_format: Format = None,
) -> Response:
    """Lists the Sources that have members: those whose Flows collect others.

    Tags filter with `tag.{name}=a,b` and `tag_exists.{name}=true`. Not part of TAMS.
    """
    asked = SourceCollectionQuery(
        limit=page_limit(limit),
        page=page,
        sort_by=sort_by,
        reverse=reverse_order,
        member_id=query_uuid("member_id", member_id),
        label=label,
        format=content_format,
        tags=parse_tag_filters("tag", request.query_params.multi_items()),
    )
    listed = all_linked(request, SOURCES, collections.list_)
    return page_response(request, listed, asked, reverse=reverse_order)


@router.get(SOURCE, response_model=SourceCollection)
async def get_source_collection(
    request: Request, source_id: SourceId, collections: SourceCollections
) -> JSONResponse:
    """A multi Source, or any other that has members. Not part of TAMS."""
    return JSONResponse(linked(request, SOURCES, collections.get(source_id)).to_json())


@router.get(SOURCE_MEMBERS, response_model=list[SourceMember])
async def get_source_members(
    request: Request,
    source_id: SourceId,
    collections: SourceCollections,
    limit: Limit = None,
    page: PageToken = None,
) -> Response:
    """Lists the members in order, each Source once. Not part of TAMS."""
    asked = Query(limit=page_limit(limit), page=page)
    return page_response(request, lambda it: collections.list_members(source_id, it), asked)


@router.get(SOURCE_MEMBER, response_model=SourceMember)
async def get_source_member(
    source_id: SourceId, member_id: MemberId, collections: SourceCollections
) -> JSONResponse:
    """One member. Not part of TAMS."""
    return JSONResponse(collections.get_member(source_id, member_id).to_json())


lambda_handler = api_handler(router)
