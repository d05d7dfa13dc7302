"""The template's authorizer, called before a function as API Gateway calls it.

Source: API Gateway developer guide, "Control access to HTTP APIs with AWS Lambda authorizers".
"""

import json
from typing import Any

from local.function_host import FunctionHost
from local.http_events import Event, HttpAnswer

FORBIDDEN = HttpAnswer(403, [(b"content-type", b"application/json")], b'{"message":"Forbidden"}')


class NotAuthorizedError(Exception):
    """The authorizer refused the request."""


class Authorizer:
    """Simple responses, payload format 2.0, nothing cached. Without an authorizer every request passes."""

    def __init__(self, host: FunctionHost, function: str | None) -> None:
        self._host = host
        self._function = function

    def authorized(self, event: Event) -> Event:
        """The event with the authorizer's context. Raises NotAuthorizedError, HandlerError."""
        if self._function is None:
            return event
        answer = self._host.invoke(self._function, _question(event))
        if answer.get("isAuthorized") is not True:
            raise NotAuthorizedError
        context = {"authorizer": {"lambda": json.loads(json.dumps(answer.get("context") or {}))}}
        return {**event, "requestContext": {**event["requestContext"], **context}}


def _question(event: Event) -> dict[str, Any]:
    """The event without its body."""
    kept = {name: value for name, value in event.items() if name not in ("body", "isBase64Encoded")}
    context = event["requestContext"]
    arn = f"arn:aws:execute-api:local:{context['accountId']}:{context['apiId']}/{event['routeKey']}"
    return {**kept, "type": "REQUEST", "routeArn": arn, "identitySource": []}
