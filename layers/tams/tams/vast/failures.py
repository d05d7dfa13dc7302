"""What an answer that is not the expected one says: which server gave it, and which error it is."""

import re

from tams.vast.errors import (
    VastConflictError,
    VastMissingError,
    VastRequestError,
    VastUnavailableError,
)
from tams.vast.http_connection import HttpResponse

_CODE = re.compile(r"<Code>([^<]*)</Code>")


def is_vast(response: HttpResponse) -> bool:
    """Raises VastUnavailableError when another server answers at this address."""
    server = response.headers.get("server", "")
    if not server.startswith("vast ") or "tabular-txid" not in response.headers:
        raise VastUnavailableError(
            f"the server at the VAST endpoint is not VAST (Server: {server or 'none'})"
        )
    return True


def code_of(response: HttpResponse) -> str:
    """The code of an error, in S3's format."""
    found = _CODE.search(response.body.decode("utf-8", "replace"))
    return found[1] if found else ""


def failure_of(response: HttpResponse) -> Exception:
    match response.status:
        case 409:
            return VastConflictError()
        case 403:
            return VastUnavailableError("VAST rejected the access key of this service")
        case 404:
            return VastMissingError(
                "VAST does not know the transaction, which may have expired, or the table"
            )
        case 507:
            return VastUnavailableError("VAST is full: it has no room for this write")
        case 400 | 405 | 501:
            return VastRequestError(
                f"VAST rejected the request: {response.status} {code_of(response)}".strip()
            )
        case status:
            return VastUnavailableError(f"VAST answered {status} {code_of(response)}".strip())
