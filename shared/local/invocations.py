"""Lambda's Invoke, so that a function without a route can be called here as it is when deployed.

Source: AWS Lambda API reference, "Invoke".
"""

import json
import re
from typing import Any

from local.error_body import error_answer
from local.function_host import FunctionHost, HandlerError
from local.http_events import HttpAnswer, HttpRequest

_PATH = re.compile(r"/2015-03-31/functions/([a-z_]+)/invocations")


def invoked_function(request: HttpRequest, access_key: str) -> str | None:
    """The name of the function that the request is to invoke; None when it is no invocation.

    Whoever invokes a function may tell it anything, such as who calls. So it takes the access key that the
    stack's own functions have: the signature is not looked at, since the key is known to nobody else.
    """
    if request.method != "POST" or (match := _PATH.fullmatch(request.raw_path)) is None:
        return None
    signed = (request.header(b"authorization") or "").startswith(
        f"AWS4-HMAC-SHA256 Credential={access_key}/"
    )
    return match[1] if signed else None


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
