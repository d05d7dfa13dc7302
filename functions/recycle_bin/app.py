"""/recycle-bin and /retention, and the restores of Flows, Segments and Sources (extensions)."""

from dataclasses import replace
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import JSONResponse

from tams.api import query
from tams.api.batch import mount_batch
from tams.api.creation import EXTENSION
from tams.api.deletion import never_kept
from tams.api.dependencies import FlowId, SourceId, acting
from tams.api.paging import page_response
from tams.api.query import Limit, PageToken, QueryBool, page_limit, query_timerange, query_uuid
from tams.models.batch import Named
from tams.models.error import Error
from tams.models.queries import Query as PageQuery
from tams.models.recycle_bin import (
    BinKind,
    RecycleBinEntry,
    RecycleBinQuery,
    RecycleBinSummary,
    Restored,
)
from tams.models.retention import RetainedFlow
from tams.runtime.http_handler import api_handler
from tams.services.batch.batch import BatchItem
from tams.services.recycle_bin.recycle_bin import ENTRY, RecycleBinService
from tams.services.recycle_bin.restore import RestoreService
from tams.services.recycle_bin.restored_deletions import DeletionRestoreService
from tams.services.retention.report import RetentionReportService
from tams.timing.microseconds import to_us

router = APIRouter(tags=[EXTENSION])

RecycleBin = Annotated[RecycleBinService, Depends(acting(RecycleBinService))]
RetentionReport = Annotated[RetentionReportService, Depends(acting(RetentionReportService))]
Restore = Annotated[RestoreService, Depends(acting(RestoreService))]
RestoreDeletion = Annotated[DeletionRestoreService, Depends(acting(DeletionRestoreService))]
IN_THE_WAY: dict[int | str, dict[str, Any]] = {
    HTTPStatus.CONFLICT: {"model": Error, "description": "Something is in the way."}
}


async def _entry_id(entry_id: Annotated[str, Path(alias="entryId")]) -> str:
    return query.valid_id(entry_id, ENTRY)


EntryId = Annotated[str, Depends(_entry_id)]


async def _deletion_id(deletion_id: Annotated[str, Path(alias="deletionId")]) -> str:
    return query.valid_id(deletion_id, "deletion in the recycle bin")


DeletionId = Annotated[str, Depends(_deletion_id)]


async def _filters(
    recycle_bin: RecycleBin,
    kind: BinKind | None = None,
    flow_id: str | None = None,
    source_id: str | None = None,
    deletion_id: str | None = None,
    deleted_by: str | None = None,
    deleted_from: Annotated[str | None, Query(description="A date and time.")] = None,
    deleted_until: Annotated[str | None, Query(description="A date and time.")] = None,
) -> RecycleBinQuery:
    return RecycleBinQuery(
        now_us=to_us(recycle_bin.clock()),
        kind=kind,
        flow_id=query_uuid("flow_id", flow_id),
        source_id=query_uuid("source_id", source_id),
        deletion_id=query_uuid("deletion_id", deletion_id),
        deleted_by=deleted_by,
        deleted_from=query.query_moment("deleted_from", deleted_from),
        deleted_until=query.query_moment("deleted_until", deleted_until),
    )


Filters = Annotated[RecycleBinQuery, Depends(_filters)]


@router.get("/recycle-bin", response_model=list[RecycleBinEntry])
async def get_recycle_bin(
    request: Request,
    recycle_bin: RecycleBin,
    filters: Filters,
    limit: Limit = None,
    page: PageToken = None,
    reverse_order: QueryBool = False,
) -> Response:
    """What can be restored, the latest deletion first. Not part of TAMS."""
    asked = replace(filters, limit=page_limit(limit), page=page, reverse=reverse_order)
    return page_response(request, recycle_bin.list_, asked, reverse=reverse_order)


@router.get("/recycle-bin/summary", response_model=RecycleBinSummary)
async def get_summary(recycle_bin: RecycleBin, filters: Filters) -> Response:
    """How much can be restored, and since when. It takes the filters of the list. Not part of TAMS."""
    return JSONResponse(recycle_bin.summary(filters).to_json())


def _item(body: object) -> BatchItem:
    entry = Named.from_body(body)
    return BatchItem(
        entry.id, lambda it, caller: RestoreService.of(it, caller).entry(entry.id), (entry.id,)
    )


mount_batch(
    router,
    "/recycle-bin/restore",
    done=HTTPStatus.OK,
    parse=_item,
    models=["Named"],
    summary="Restore entries",
)


@router.post(
    "/recycle-bin/deletions/{deletionId}/restore", response_model=Restored, responses=IN_THE_WAY
)
async def restore_deletion(deletion_id: DeletionId, restore: RestoreDeletion) -> Response:
    """Restores everything that one DELETE deleted, in several transactions if necessary. Not part of TAMS."""
    return JSONResponse(restore.restore(deletion_id).to_json())


@router.get("/recycle-bin/{entryId}", response_model=RecycleBinEntry)
async def get_entry(entry_id: EntryId, recycle_bin: RecycleBin) -> Response:
    """One entry. Not part of TAMS."""
    return JSONResponse(recycle_bin.get(entry_id).to_json())


@router.delete(
    "/recycle-bin/{entryId}",
    status_code=HTTPStatus.NO_CONTENT,
    dependencies=[never_kept("what is deleted from it")],
)
async def delete_entry(entry_id: EntryId, recycle_bin: RecycleBin) -> Response:
    """Destroys an entry for good. Not part of TAMS."""
    recycle_bin.purge(entry_id)
    return Response(status_code=HTTPStatus.NO_CONTENT)


@router.post("/flows/{flowId}/restore", response_model=Restored, responses=IN_THE_WAY)
async def restore_flow(flow_id: FlowId, restore: Restore) -> Response:
    """Restores the latest Flow of this id that was deleted, with its Segments. Not part of TAMS."""
    return JSONResponse(restore.flow(flow_id).to_json())


@router.post("/flows/{flowId}/segments/restore", response_model=Restored, responses=IN_THE_WAY)
async def restore_segments(
    flow_id: FlowId,
    restore: Restore,
    timerange: str | None = None,
    partial: Annotated[
        QueryBool, Query(description="Restore what overlaps nothing. By default, all or nothing.")
    ] = False,
) -> Response:
    """Restores the deleted Segments that `timerange` covers completely, or all. Not part of TAMS."""
    found = restore.segments(flow_id, query_timerange(timerange), partial=partial)
    return JSONResponse(found.to_json())


@router.post("/sources/{sourceId}/restore", response_model=Restored, responses=IN_THE_WAY)
async def restore_source(source_id: SourceId, restore: Restore) -> Response:
    """Restores a Source with the Flows that were deleted together with it. Not part of TAMS."""
    return JSONResponse(restore.source(source_id).to_json())


@router.get("/retention", response_model=list[RetainedFlow])
async def get_retention(
    request: Request,
    report: RetentionReport,
    limit: Limit = None,
    page: PageToken = None,
) -> Response:
    """Flows with a retention policy, and what is deleted next, those due first. Not part of TAMS."""
    return page_response(request, report.list_, PageQuery(limit=page_limit(limit), page=page))


lambda_handler = api_handler(router)
