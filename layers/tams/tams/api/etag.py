"""ETag and If-None-Match. Source: RFC 9110, sections 8.8.3 and 13.1.2."""

import re
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Depends, Header, Response

from tams.models.versioned import ANY_VERSION, Versioned

_TAG = re.compile(r'(?:W/)?"([^"]*)"')
_REVALIDATED = "private, no-cache"
"""A client may cache it privately, and must revalidate it before each use."""

UNCHANGED: dict[int | str, dict[str, Any]] = {
    HTTPStatus.NOT_MODIFIED: {
        "description": "The client already has this version (`If-None-Match`)."
    }
}


async def _known_versions(
    if_none_match: Annotated[
        str | None, Header(description="ETags of earlier answers that the client has kept.")
    ] = None,
) -> frozenset[str]:
    if if_none_match is None:
        return frozenset()
    if if_none_match.strip() == ANY_VERSION:
        return frozenset({ANY_VERSION})
    return frozenset(_TAG.findall(if_none_match)) - {ANY_VERSION}


KnownVersions = Annotated[frozenset[str], Depends(_known_versions)]
"""The versions that the client has, from `If-None-Match`."""


def versioned_response(found: Versioned[Any]) -> Response:
    headers = version_headers(found.version)
    if found.value is None:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    body = found.value.to_json_bytes()
    return Response(body, media_type="application/json", headers=headers)


def version_headers(version: str | None) -> dict[str, str]:
    """None of an answer without a version."""
    if version is None:
        return {}
    # Weak: the answer may be gzipped or not.
    return {"ETag": f'W/"{version}"', "Cache-Control": _REVALIDATED}
