"""The body of a POST of Segments: JSON, or as an extension, a form with one Segment and its media."""

from typing import Annotated, Any

from fastapi import Depends, Request

from tams.api.body import json_list_body, parsed_json, read_body
from tams.api.payload import BINARY_BYTES_MAX
from tams.models.upload_form import UploadPost, check_parts, parse_upload
from tams.payload import UPLOAD_INSTEAD

_FORM = "multipart/form-data"


async def _json_or_upload(request: Request) -> Any:
    """The decoded JSON, or an UploadPost. Raises InvalidRequestError, RefusedBodyError."""
    kind = request.headers.get("content-type", "")
    if kind.partition(";")[0].strip().lower() != _FORM:
        return await json_list_body(request)
    return _upload(kind, await read_body(request, BINARY_BYTES_MAX, UPLOAD_INSTEAD))


def _upload(content_type: str, body: bytes) -> UploadPost:
    from tams.api.multipart import parse_form  # noqa: PLC0415 - few requests need it

    parts = parse_form(content_type, body)
    check_parts(parts)
    return parse_upload(parts, parsed_json(parts["segment"].content, "segment: the part"))


JsonOrUpload = Annotated[Any, Depends(_json_or_upload)]
