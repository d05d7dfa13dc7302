"""Routes that take many items at once (an extension)."""

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import JSONResponse

from tams.api.body import described_as
from tams.api.creation import EXTENSION
from tams.api.dependencies import JsonListBody, acting
from tams.api.errors import STATUS_OF
from tams.api.query import QueryBool
from tams.errors import InvalidRequestError, clipped
from tams.models.batch import BatchResult, Outcome
from tams.models.error import Error
from tams.services.batch.batch import BATCH_MAX, BatchItem, BatchService
from tams.services.batch.record import BatchKey

Batch = Annotated[BatchService, Depends(acting(BatchService))]
Partial = Annotated[
    QueryBool,
    Query(description="Do each item separately. By default, all are done, or none."),
]
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="Up to 200 characters. For 24 hours, the same request with the same key gets the answer "
        "to the first, and a different request with this key gets 409.",
    ),
]
_CONFLICT: dict[int | str, dict[str, Any]] = {
    HTTPStatus.CONFLICT: {"model": Error, "description": "An item or the key is taken already."}
}
_STATUS_OF = {kind.__name__.removesuffix("Error"): status for kind, status in STATUS_OF.items()}
"""By the type of an error, as its document names it."""


def mount_batch(
    router: APIRouter,
    path: str,
    *,
    done: HTTPStatus,
    parse: Callable[[Any], BatchItem],
    models: Sequence[str],
    summary: str,
) -> None:
    """Add a POST of a list of items. `parse` reads one, and `done` is its status if it succeeds."""
    whole = HTTPStatus.CREATED if done is HTTPStatus.CREATED else HTTPStatus.OK
    answers = {HTTPStatus.OK: {"model": list[BatchResult], "description": "With `partial`."}}

    @router.post(
        path,
        name=f"post{path.replace('/', '_')}",
        tags=[EXTENSION],
        summary=summary,
        status_code=whole,
        response_model=list[BatchResult],
        responses=_CONFLICT | (answers if whole is not HTTPStatus.OK else {}),
        openapi_extra=described_as(_list_of(models)),
    )
    async def post_batch(
        request: Request,
        body: JsonListBody,
        batch: Batch,
        partial: Partial = False,
        idempotency_key: IdempotencyKey = None,
    ) -> JSONResponse:
        """All in one transaction. If an item fails, nothing is done, and the error names its index.

        With `partial=true`, each item is done separately. Not part of TAMS.
        """
        items = _items(body, parse)
        key = None
        if idempotency_key is not None:
            asked = [request.scope["route"].path_format, partial, body]
            key = BatchKey.of(batch.caller, idempotency_key, asked)
        if not partial:
            batch.do_all(items, key)
            return JSONResponse([_result(item, None, done) for item in items], whole)
        outcomes = batch.do_each(items, key)
        return JSONResponse(
            [_result(*each, done) for each in zip(items, outcomes, strict=True)], HTTPStatus.OK
        )


def _list_of(models: Sequence[str]) -> dict[str, Any]:
    choices = [{"$ref": f"#/components/schemas/{model}"} for model in models]
    item = choices[0] if len(choices) == 1 else {"oneOf": choices}
    return {"type": "array", "minItems": 1, "maxItems": BATCH_MAX, "items": item}


def _items(body: object, parse: Callable[[Any], BatchItem]) -> list[BatchItem]:
    """Raises InvalidRequestError if the body is not a batch. Its items may still have faults."""
    if not isinstance(body, list):
        raise InvalidRequestError("the body must be an array of items")
    if not body or len(body) > BATCH_MAX:
        raise InvalidRequestError(f"a batch may have 1 to {BATCH_MAX} items, not {len(body)}")
    return [_item(each, parse) for each in body]


def _item(body: object, parse: Callable[[Any], BatchItem]) -> BatchItem:
    try:
        return parse(body)
    except InvalidRequestError as error:
        named = body.get("id") if isinstance(body, dict) else None
        identifier = clipped(named) if isinstance(named, str) else None
        return BatchItem(identifier, lambda *_: None, fault=error)


def _result(item: BatchItem, outcome: Outcome, done: HTTPStatus) -> dict[str, Any]:
    if outcome is None:
        return BatchResult(id=item.id, status=done).to_json()
    return BatchResult(id=item.id, status=_STATUS_OF[outcome.type], error=outcome).to_json()
