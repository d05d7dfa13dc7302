"""Gives each RequestFailedError its HTTP status, and a body that every client can read (error.json)."""

import errno
import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from tams.api.audit import READING
from tams.api.error_body import RETRY_AFTER_SECONDS, error_body
from tams.api.methods import allowed_methods, changed_elsewhere
from tams.api.precedence import check_target
from tams.errors import (
    BackendUnavailableError,
    ConflictError,
    ForbiddenError,
    InvalidRequestError,
    NotFoundError,
    RequestFailedError,
    UndecodableMediaError,
    clipped,
    quoted,
)
from tams.metrics import UNAVAILABLE, measure
from tams.models.validation import words_of

STATUS_OF: Mapping[type[RequestFailedError], HTTPStatus] = {
    InvalidRequestError: HTTPStatus.BAD_REQUEST,
    ForbiddenError: HTTPStatus.FORBIDDEN,
    NotFoundError: HTTPStatus.NOT_FOUND,
    ConflictError: HTTPStatus.CONFLICT,
    UndecodableMediaError: HTTPStatus.UNPROCESSABLE_ENTITY,
    BackendUnavailableError: HTTPStatus.SERVICE_UNAVAILABLE,
}

_EXHAUSTED = {errno.EDQUOT, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOSPC}
"""System errors that are temporary, such as a full disk or too many open files: 503, not 500."""

_INVALID_QUERY = "Invalid query options"
"""The specification's wording for a 400 for a request without a body."""

_CAUSES_MAX = 5
_CAUSES: Mapping[str, str] = {
    "tams.vast": "vast",
    "tams.repositories": "vast",
    "tams.object_stores": "storage",
    "tams.messaging": "function",
    "tams.runtime": "secret",
}
"""By the innermost module that an error passed. Repositories raise what VAST's answers mean."""

_log = logging.getLogger(__name__)


def install(app: FastAPI) -> None:
    """Every failure of `app` returns an error body; unexpected failures are not explained to clients."""
    app.add_exception_handler(RequestFailedError, _request_failed)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _bug)


async def _request_failed(request: Request, error: Exception) -> JSONResponse:
    if isinstance(error, InvalidRequestError) and (earlier := _earlier(request)):
        error = earlier
    status = STATUS_OF[type(error)]  # type: ignore[index]
    headers = (
        {"Retry-After": RETRY_AFTER_SECONDS} if status is HTTPStatus.SERVICE_UNAVAILABLE else None
    )
    kind = type(error).__name__.removesuffix("Error")
    summary = str(error)
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        measure(UNAVAILABLE, 1, cause_of(error))
        _log.warning(
            "503 for %s %s: %s%s",
            request.method,
            clipped(request.url.path),
            summary,
            _cause(error),
        )
    if status is HTTPStatus.BAD_REQUEST and request.method in READING:
        summary = f"{_INVALID_QUERY}: {summary}"
    return JSONResponse(error_body(kind, summary), status, headers)


def cause_of(error: BaseException) -> str:
    """What failed, in a word: the part of the service that raised the error."""
    found = "other"
    trace = error.__traceback__
    while trace is not None:
        module = str(trace.tb_frame.f_globals.get("__name__", ""))
        found = next((word for part, word in _CAUSES.items() if module.startswith(part)), found)
        trace = trace.tb_next
    return found


def _cause(error: BaseException) -> str:
    """What led to it, for the log."""
    words = ""
    cause = error.__cause__
    for _ in range(_CAUSES_MAX):
        if cause is None:
            break
        words += f" < {type(cause).__name__}: {cause}"
        cause = cause.__cause__
    return words


async def _validation_error(request: Request, error: Exception) -> JSONResponse:
    """FastAPI's 422 is TAMS's 400 (GEN-8)."""
    assert isinstance(error, RequestValidationError)
    if earlier := _earlier(request):
        return await _request_failed(request, earlier)
    faults = [
        f"{'.'.join(str(step) for step in fault['loc'][1:])}: {_words(fault)}"
        for fault in error.errors()
    ]
    summary = f"{_INVALID_QUERY}: {'; '.join(faults)}"
    return JSONResponse(error_body("InvalidRequest", summary), HTTPStatus.BAD_REQUEST)


def _words(fault: Mapping[str, Any]) -> str:
    if fault["type"] == "int_parsing":
        return f"{quoted(str(fault['input']))} is not a whole number"
    return words_of(fault)


def _earlier(request: Request) -> RequestFailedError | None:
    """The error that takes precedence over a 400, if there is one."""
    try:
        check_target(request, request.app.state.platform)
    except RequestFailedError as error:
        return error
    return None


async def _http_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    summary = error.detail if error.detail != status.phrase else _explained(request, status)
    kind = status.phrase.title().replace(" ", "").replace("-", "")
    headers = error.headers
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        headers = {"Allow": ", ".join(allowed_methods(request))}
    return JSONResponse(error_body(kind, summary), status, headers)


def _explained(request: Request, status: HTTPStatus) -> str:
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        refused = f"{request.method} is not allowed on {clipped(request.url.path)}"
        return ": ".join(filter(None, (refused, changed_elsewhere(request.url.path))))
    if status is HTTPStatus.NOT_FOUND:
        return f"there is nothing at {clipped(request.url.path)}"
    return status.phrase


async def _bug(request: Request, error: Exception) -> JSONResponse:
    if isinstance(error, OSError) and error.errno in _EXHAUSTED:
        _log.error("the host has run out of resources", exc_info=error)
        exhausted = f"the service has run out of resources: {error.strerror}"
        return await _request_failed(request, BackendUnavailableError(exhausted))
    _log.error("a request failed unexpectedly", exc_info=error)
    return JSONResponse(
        error_body("InternalServerError", "internal error; the details have been logged"),
        HTTPStatus.INTERNAL_SERVER_ERROR,
    )
