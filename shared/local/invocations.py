"""Lambda's Invoke, so that a function without a route can be called here as it is when deployed.

Source: AWS Lambda API reference, "Invoke".
"""

import json
import re
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from local.error_body import error_answer
from local.function_host import FunctionHost, HandlerError
from local.http_events import HttpAnswer, HttpRequest

_THIS_MACHINE = ("127.0.0.1", "::1", "localhost")
_OF_OTHERS = (b"x-forwarded-for", b"forwarded", b"origin", b"sec-fetch-site")
_PATH = re.compile(r"/2015-03-31/functions/([a-z_]+)/invocations")


def invoked_function(request: HttpRequest) -> str | None:
    """The name of the function that the request is to invoke; None when it is no invocation.

    No credentials are looked at, so it is for programs on this machine alone: not for what a proxy passes on,
    and not for pages in a browser, whatever name they call this machine by.
    """
    if request.method != "POST" or (match := _PATH.fullmatch(request.raw_path)) is None:
        return None
    host = urlsplit(f"//{request.header(b'host') or ''}").hostname
    from_here = ip_address(request.source_ip).is_loopback and host in _THIS_MACHINE
    return match[1] if from_here and not any(request.header(each) for each in _OF_OTHERS) else None


def invoke(host: FunctionHost, name: str, payload: bytes) -> HttpAnswer:
    headers = [(b"content-type", b"application/json")]
    try:
        event = json.loads(payload or b"{}")
    except ValueError as error:
        return error_answer(400, "InvalidRequestContent", f"the payload is no JSON: {error}")
    try:
        returned: Any = host.invoke(name, event)
    except KeyError:
        return error_answer(404, "ResourceNotFound", f"there is no function {name!r}")
    except HandlerError as error:
        returned = {"errorType": "HandlerError", "errorMessage": str(error)}
        headers.append((b"x-amz-function-error", b"Unhandled"))
    return HttpAnswer(200, headers, json.dumps(returned).encode())
