"""Lambda's Invoke, so that a function without a route can be called as when deployed.

Source: AWS Lambda API reference, "Invoke".
"""

import json
import re
from typing import Any

from local.error_body import error_answer
from local.function_host import FunctionHost, HandlerError
from local.http_events import HttpAnswer, HttpRequest
from local.signed import is_signed_with
from vastlocal.http.doors import Door, is_loopback

_PATH = re.compile(r"/2015-03-31/functions/([a-z_]+)/invocations")


def invoked_function(request: HttpRequest, access_key: str) -> str | None:
    """The name of the function that the request invokes; None when it is not an invocation.

    A caller that invokes a function may pass it anything, even a claim of who calls. So it must be a program
    on this machine that has the access key of the stack's own functions.
    """
    if request.method != "POST" or (match := _PATH.fullmatch(request.raw_path)) is None:
        return None
    refused = (
        not is_loopback(request.source_ip)
        or Door().refusal(request.header(b"host"), request.header(b"origin"))
        or not is_signed_with(access_key, request.header(b"authorization"))
    )
    return None if refused else match[1]


def invoke(host: FunctionHost, name: str, payload: bytes) -> HttpAnswer:
    headers = [(b"content-type", b"application/json")]
    try:
        event = json.loads(payload or b"{}")
    except ValueError as error:
        return error_answer(400, "InvalidRequestContent", f"the payload is not valid JSON: {error}")
    try:
        returned: Any = host.invoke(name, event)
    except KeyError:
        return error_answer(404, "ResourceNotFound", f"there is no function {name!r}")
    except HandlerError as error:
        returned = {"errorType": "HandlerError", "errorMessage": str(error)}
        headers.append((b"x-amz-function-error", b"Unhandled"))
    return HttpAnswer(200, headers, json.dumps(returned).encode())
