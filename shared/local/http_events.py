"""Converts HTTP to API Gateway's event (payload format 2.0), and a handler's result back to HTTP."""

import base64
import binascii
import json
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, unquote

from local.intrinsics import ACCOUNT_ID
from local.own_address import own_address
from local.routes import Match

Headers = Sequence[tuple[bytes, bytes]]
Event = dict[str, Any]

_TEXT_TYPES = {"application/json", "application/javascript", "application/xml"}
_OF_PROXIES = {"x-forwarded-host", "x-forwarded-port", "x-forwarded-proto"}
_NEVER_FORWARDED = {"content-length", "transfer-encoding", "connection", "keep-alive"}


class BadAnswerError(Exception):
    """API Gateway could not send what the handler returned."""


@dataclass(frozen=True)
class HttpRequest:
    method: str
    raw_path: str
    """As received, percent-encoded."""
    raw_query: str
    headers: Headers
    body: bytes
    source_ip: str
    scheme: str
    http_version: str
    server_ip: str
    port: int

    @property
    def path(self) -> str:
        """As HTTP APIs hand it over: decoded once, and cut at a question mark, even if that was encoded."""
        return unquote(self.raw_path).partition("?")[0]

    @property
    def target(self) -> str:
        return f"{self.raw_path}?{self.raw_query}" if self.raw_query else self.raw_path

    def header(self, name: bytes) -> str | None:
        return next((value.decode("latin-1") for key, value in self.headers if key == name), None)


@dataclass(frozen=True)
class HttpAnswer:
    status: int
    headers: Headers
    body: bytes


def to_event(request: HttpRequest, match: Match) -> Event:
    """The event for a request that `match` routes."""
    headers = joined_headers(request.headers)
    headers.setdefault("x-forwarded-for", request.source_ip)
    if not headers.keys() & _OF_PROXIES:  # a proxy's own would not go with ours
        headers |= {"x-forwarded-proto": request.scheme, "x-forwarded-port": str(request.port)}
    cookies = headers.pop("cookie", None)
    now_ms = time.time_ns() // 1_000_000
    domain = str(own_address(headers.get("host", ""), request.server_ip, request.port))
    event: Event = {
        "version": "2.0",
        "routeKey": match.route.key,
        "rawPath": request.path,
        "rawQueryString": request.raw_query,
        "headers": headers,
        "requestContext": {
            "accountId": ACCOUNT_ID,
            "apiId": "local",
            "domainName": domain,
            "domainPrefix": domain.partition(".")[0],
            "http": {
                "method": request.method,
                "path": request.path,
                "protocol": f"HTTP/{request.http_version}",
                "sourceIp": request.source_ip,
                "userAgent": headers.get("user-agent", ""),
            },
            "requestId": str(uuid.uuid4()),
            "routeKey": match.route.key,
            "stage": "$default",
            "time": datetime.fromtimestamp(now_ms / 1000, UTC).strftime("%d/%b/%Y:%H:%M:%S +0000"),
            "timeEpoch": now_ms,
        },
        "isBase64Encoded": False,
    }
    if cookies is not None:
        event["cookies"] = cookies.split("; ")
    if request.raw_query:
        event["queryStringParameters"] = _query_parameters(request.raw_query)
    if match.path_parameters:
        event["pathParameters"] = dict(match.path_parameters)
    if request.body:
        event["body"], event["isBase64Encoded"] = _body(request)
    return event


def from_answer(answer: Any) -> HttpAnswer:
    """Raises BadAnswerError. A result without statusCode becomes a 200 with the result as JSON body."""
    if not isinstance(answer, Mapping) or "statusCode" not in answer:
        return HttpAnswer(200, [(b"content-type", b"application/json")], _json(answer))
    headers = [
        (_latin(name).lower(), _latin(value))
        for name, value in (answer.get("headers") or {}).items()
        if str(name).lower() not in _NEVER_FORWARDED
    ]
    for name, values in (answer.get("multiValueHeaders") or {}).items():
        lowered = _latin(name).lower()
        headers = [pair for pair in headers if pair[0] != lowered]
        headers += [(lowered, _latin(value)) for value in values]
    headers += [(b"set-cookie", _latin(cookie)) for cookie in answer.get("cookies") or ()]
    body = "" if answer.get("body") is None else answer["body"]
    if not isinstance(body, str):
        raise BadAnswerError(f"the body is {type(body).__name__}, not str")
    try:
        content = base64.b64decode(body) if answer.get("isBase64Encoded") else body.encode()
        return HttpAnswer(int(answer["statusCode"]), headers, content)
    except (binascii.Error, TypeError, ValueError) as error:
        raise BadAnswerError(str(error)) from error


def joined_headers(headers: Headers) -> dict[str, str]:
    """By lower-case name. Repeated ones are joined, as API Gateway does."""
    joined: dict[str, str] = {}
    for raw_name, raw_value in headers:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        separator = "; " if name == "cookie" else ","
        joined[name] = f"{joined[name]}{separator}{value}" if name in joined else value
    return joined


def _query_parameters(raw_query: str) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in parse_qsl(raw_query, keep_blank_values=True):
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    return joined


def _body(request: HttpRequest) -> tuple[str, bool]:
    """As text if API Gateway treats the content type as text, otherwise base64."""
    content_type = (request.header(b"content-type") or "").partition(";")[0].strip().lower()
    textual = content_type.startswith("text/") or content_type in _TEXT_TYPES
    if textual and request.header(b"content-encoding") is None:
        try:
            return request.body.decode(), False
        except UnicodeDecodeError:
            pass
    return base64.b64encode(request.body).decode(), True


def _json(value: Any) -> bytes:
    try:
        return json.dumps(value).encode()
    except (TypeError, ValueError) as error:
        raise BadAnswerError(str(error)) from error


def _latin(value: object) -> bytes:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text.encode("latin-1", errors="replace")
