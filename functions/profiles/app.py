"""/service/profiles, /service/profiles/{profileId}."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse

from tams.api.body import described
from tams.api.creation import EXTENSION
from tams.api.deletion import NEEDED, Options
from tams.api.dependencies import JsonBody, ProfileId, acting
from tams.api.paging import page_response
from tams.api.query import Limit, PageToken, page_limit
from tams.models.common import ContentFormat
from tams.models.patterns import STRICT_MIME_TYPE
from tams.models.profile import Profile, ProfilePost
from tams.models.queries import ProfileQuery
from tams.runtime.http_handler import api_handler
from tams.services.deletion.profiles import ProfileDeletionService
from tams.services.service.profiles import ProfileService

router = APIRouter(prefix="/service/profiles", tags=["Profiles"])

Profiles = Annotated[ProfileService, Depends(acting(ProfileService))]
Deletion = Annotated[ProfileDeletionService, Depends(acting(ProfileDeletionService))]


@router.get("", response_model=list[Profile])
async def get_profiles(
    request: Request,
    profiles: Profiles,
    limit: Limit = None,
    page: PageToken = None,
    content_format: Annotated[ContentFormat | None, Query(alias="format")] = None,
    codec: Annotated[str | None, Query(pattern=STRICT_MIME_TYPE)] = None,
    label: str | None = None,
) -> Response:
    asked = ProfileQuery(
        limit=page_limit(limit), page=page, format=content_format, codec=codec, label=label
    )
    return page_response(request, profiles.list_, asked)


@router.get("/{profileId}", response_model=Profile)
async def get_profile(profile_id: ProfileId, profiles: Profiles) -> JSONResponse:
    return JSONResponse(profiles.get(profile_id).to_json())


@router.post(
    "/{profileId}",
    status_code=HTTPStatus.CREATED,
    response_model=Profile,
    openapi_extra=described("ProfilePost"),
)
async def post_profile(profile_id: ProfileId, body: JsonBody, profiles: Profiles) -> JSONResponse:
    created = profiles.create(profile_id, ProfilePost.from_body(body))
    return JSONResponse(created.to_json(), HTTPStatus.CREATED)


@router.delete(
    "/{profileId}",
    tags=[EXTENSION],
    status_code=HTTPStatus.NO_CONTENT,
    responses=NEEDED,
)
async def delete_profile(profile_id: ProfileId, deletion: Deletion, options: Options) -> Response:
    """Deletes a Profile that no Flow uses. Not part of TAMS."""
    deletion.delete(profile_id, options)
    return Response(status_code=HTTPStatus.NO_CONTENT)


lambda_handler = api_handler(router)
