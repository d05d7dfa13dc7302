"""Query and path values used by several routes, each refused in the specification's way."""

import re
from datetime import datetime
from typing import Annotated

from fastapi import Path, Query
from pydantic import BeforeValidator

from tams.errors import InvalidRequestError, NotFoundError, quoted
from tams.models.common import is_uuid, uuid_fault
from tams.models.filters import parse_uuid_list
from tams.models.queries import PAGE_LIMIT_DEFAULT, PAGE_LIMIT_MAX
from tams.timing import TimeRange


def _exact_bool(text: object) -> object:
    if text in {"true", "false"}:
        return text == "true"
    raise ValueError("must be true or false")


QueryBool = Annotated[bool, BeforeValidator(_exact_bool)]
Limit = Annotated[int | None, Query(ge=1, description="The maximum number of items on the page.")]
PageToken = Annotated[
    str | None, Query(description="The page to return: the X-Paging-NextKey of the page before.")
]


def page_limit(asked: int | None) -> int:
    """The effective limit: the requested one, up to ours (PAG-4)."""
    return min(asked or PAGE_LIMIT_DEFAULT, PAGE_LIMIT_MAX)


async def flow_id(flow_id: Annotated[str, Path(alias="flowId")]) -> str:
    return valid_id(flow_id, "Flow")


async def source_id(source_id: Annotated[str, Path(alias="sourceId")]) -> str:
    return valid_id(source_id, "Source")


async def profile_id(profile_id: Annotated[str, Path(alias="profileId")]) -> str:
    return valid_id(profile_id, "Profile")


async def webhook_id(webhook_id: Annotated[str, Path(alias="webhookId")]) -> str:
    return valid_id(webhook_id, "Webhook")


async def collection_id(collection_id: Annotated[str, Path(alias="collectionId")]) -> str:
    return valid_id(collection_id, "Collection")


async def member_id(member_id: Annotated[str, Path(alias="memberId")]) -> str:
    return valid_id(member_id, "Member")


def query_timerange(text: str | None) -> TimeRange:
    """Absent means all of time. Raises InvalidRequestError."""
    if text is None:
        return TimeRange.eternity()
    try:
        return TimeRange.parse(text)
    except InvalidRequestError as error:
        raise InvalidRequestError(f"timerange: {error}") from error


_BARE_PLUS = re.compile(r"(:\d\d(?:[.,]\d+)?) (\d\d:?\d\d)$")
"""A plus sign that a client did not encode arrives as a blank: `03:04:05 01:00` is `03:04:05+01:00`."""


def query_moment(name: str, text: str | None) -> datetime | None:
    """Raises InvalidRequestError."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(_BARE_PLUS.sub(r"\1+\2", text))
    except ValueError as error:
        raise InvalidRequestError(
            f"{name}: {quoted(text)} is not a date and time, such as '2026-01-02T03:04:05Z'"
        ) from error
    if moment.tzinfo is None:
        raise InvalidRequestError(f"{name}: must have a UTC offset, such as Z")
    return moment


def query_uuid(name: str, text: str | None) -> str | None:
    """Raises InvalidRequestError."""
    if text is not None and not is_uuid(text):
        raise InvalidRequestError(f"{name}: {quoted(text)} {uuid_fault(text)}")
    return text


def uuid_list(name: str, text: str | None) -> tuple[str, ...] | None:
    """Absent is None, empty is empty: their meanings differ (SRC-10). Raises InvalidRequestError."""
    return None if text is None else parse_uuid_list(name, text)


def valid_id(identifier: str, kind: str) -> str:
    """An invalid id in the path means a resource that does not exist (GEN-5)."""
    if not is_uuid(identifier):
        raise NotFoundError.of_invalid_id(kind, identifier, uuid_fault(identifier))
    return identifier
