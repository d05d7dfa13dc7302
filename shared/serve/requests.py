"""One request: who calls, which function answers, and its answer. It runs in a thread, and may block.

The function's app gets the request as it is. Beside it is what API Gateway would have said about it, because
links, the audit and the caller come from there.
"""

import json
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

from fastapi import FastAPI

from local.http_events import Headers, HttpAnswer, HttpRequest, joined_headers
from local.own_address import own_address
from local.routes import Match, RouteTable
from serve.addresses import client_address
from tams.api.answer_encoding import (
    GZIP,
    VARIES,
    gzipped,
    is_stream,
    is_worth_gzip,
    too_large,
)
from tams.api.payload import ANSWER_BYTES_MAX
from tams.api.public_url import IS_ENCODED_TWICE, PUBLIC_URL, public_url
from tams.api.raw_path import protected, readings
from tams.api.security import HEADERS, traced
from tams.deadline import invocation
from tams.models.address import AddressRules
from tams.runtime.http_handler import own_loop
from tams.runtime.request_log import log_request
from tams.settings import Settings

Event = dict[str, Any]
Find = Callable[[Mapping[str, Any]], Mapping[str, str]]

_OF_MANGUM = frozenset({"host", "x-forwarded-port", "x-forwarded-proto"})
"""Functions never see these (`tams.runtime.http_handler`)."""
_JSON = {"content-type": "application/json"}


@dataclass(frozen=True)
class Routed:
    """A request whose function is known."""

    request: HttpRequest
    match: Match
    path: str
    """In the form of the setting `gateway_path`."""

    @property
    def function(self) -> str:
        return self.match.route.function


class Requests:
    def __init__(
        self, apps: Mapping[str, FastAPI], routes: RouteTable, settings: Settings, find: Find
    ) -> None:
        """`find` is the authorizer's own decision about an event."""
        scheme = (
            settings.gateway_scheme if "gateway_scheme" in settings.model_fields_set else "http"
        )
        self._apps = apps
        self._routes = routes
        self._form = settings.gateway_path
        self._trusted = settings.trust_forwarded
        self._rules = AddressRules(settings.public_url, settings.trust_forwarded, scheme)
        self._find = find

    def routed(self, request: HttpRequest) -> Routed | None:
        """None for what is no path of an API, such as `*`: any other leads to a function."""
        path = request.path if self._form == "decoded" else request.raw_path
        plain = path if self._form == "decoded" else unquote(protected(path))
        match = self._routes.match(request.method, plain)
        return Routed(request, match, path) if isinstance(match, Match) else None

    def answer(self, routed: Routed, seconds: float) -> HttpAnswer:
        """`seconds` is how long the function may take. Failures are answers too."""
        started = time.perf_counter()
        event = self._event(routed)
        ends_at = time.monotonic() + seconds
        with invocation(lambda: ends_at - time.monotonic()):
            event["requestContext"]["authorizer"] = {"lambda": self._find(event)}
            event[PUBLIC_URL] = public_url(event, self._rules)
            answered = self._answered(routed, event)
        method = routed.request.method
        answer = _leaving(answered, method, event["headers"].get("accept-encoding", ""))
        found = traced(answer.status, event["requestContext"]["requestId"])
        answer = replace(answer, headers=[*answer.headers, *_encoded(found)])
        log_request(event, answer.status, time.perf_counter() - started)
        return answer

    def _answered(self, routed: Routed, event: Event) -> HttpAnswer:
        app = self._apps[routed.function]
        first, *others = readings(routed.path, self._form)
        answer = _asked(app, routed.request, first, event)
        for other in others:
            if answer.status == HTTPStatus.NOT_FOUND:
                twice = {**event, IS_ENCODED_TWICE: True}
                second = _asked(app, routed.request, other, twice)
                answer = answer if second.status == HTTPStatus.NOT_FOUND else second
        return answer

    def _event(self, routed: Routed) -> Event:
        """What the authorizer and the functions read of API Gateway's event."""
        request = routed.request
        headers = joined_headers(request.headers)
        domain = str(own_address(headers.get("host", ""), request.server_ip, request.port))
        return {
            "routeKey": routed.match.route.key,
            "rawPath": routed.path,
            "rawQueryString": request.raw_query,
            "headers": headers,
            "requestContext": {
                "apiId": "serve",
                "domainName": domain,
                "domainPrefix": "serve",
                "stage": "$default",
                "requestId": str(uuid.uuid4()),
                "http": {
                    "method": request.method,
                    "path": routed.path,
                    "sourceIp": client_address(headers, request.source_ip, self._trusted),
                },
            },
        }


def _asked(app: FastAPI, request: HttpRequest, path: str, event: Event) -> HttpAnswer:
    """Runs the app on this thread's own event loop: its routes block, as on Lambda."""
    answer = _Answer(request.body)
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": request.http_version,
        "method": request.method,
        "scheme": request.scheme,
        "path": unquote(path),
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": request.raw_query.encode("latin-1"),
        "headers": [
            (name.encode("latin-1"), value.encode("latin-1"))
            for name, value in event["headers"].items()
            if name not in _OF_MANGUM
        ],
        "client": (request.source_ip, 0),
        "server": ("tams", 80),
        "aws.event": event,
    }
    own_loop().run_until_complete(app(scope, answer.receive, answer.send))
    return HttpAnswer(answer.status, answer.headers, b"".join(answer.body))


class _Answer:
    """What an app sends."""

    def __init__(self, given: bytes) -> None:
        self.status = 0
        self.headers: Headers = []
        self.body: list[bytes] = []
        self._given: bytes | None = given

    async def receive(self) -> dict[str, Any]:
        if self._given is None:
            return {"type": "http.disconnect"}
        given, self._given = self._given, None
        return {"type": "http.request", "body": given, "more_body": False}

    async def send(self, message: Mapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], message.get("headers", [])
        elif message["type"] == "http.response.body":
            self.body.append(message.get("body", b""))


def _leaving(answer: HttpAnswer, method: str, accept_encoding: str) -> HttpAnswer:
    """In the coding that the client wants, and as on Lambda no larger than that returns."""
    headers = joined_headers(answer.headers)
    headers.pop("content-length", None)
    status, body = answer.status, answer.body
    if not is_stream(headers):
        headers |= VARIES
        if _is_text(headers) and is_worth_gzip(len(body), method, accept_encoding):
            body, headers = gzipped(body), {**headers, **GZIP}
    if len(body) > ANSWER_BYTES_MAX:
        body = json.dumps(too_large(len(body))).encode()
        status, headers = HTTPStatus.NOT_ACCEPTABLE, {**_JSON, **VARIES}
    return HttpAnswer(status, _encoded({**HEADERS, **headers}), body)


def _is_text(headers: Mapping[str, str]) -> bool:
    kind = headers.get("content-type", "")
    return kind.startswith(("text/", "application/")) and "content-encoding" not in headers


def _encoded(headers: Mapping[str, str]) -> Sequence[tuple[bytes, bytes]]:
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
