"""Field by field against AWS's documentation of payload format version 2.0."""

import base64

import pytest

from local.application import Route
from local.http_events import BadAnswerError, HttpRequest, from_answer, to_event
from local.routes import Match

ROUTE = Route("ANY", "/my/{name}", "echo")


def a_request(
    *,
    query: str = "",
    headers: list[tuple[bytes, bytes]] | None = None,
    body: bytes = b"",
) -> HttpRequest:
    return HttpRequest(
        method="POST",
        raw_path="/my/a%20path",
        raw_query=query,
        headers=[(b"host", b"id.example.com:8000"), *(headers or [])],
        body=body,
        source_ip="192.0.2.1",
        scheme="http",
        http_version="1.1",
        server_ip="192.0.2.7",
        port=8000,
    )


def test_an_event_has_the_documented_fields() -> None:
    headers = [
        (b"Header1", b"value1"),
        (b"header2", b"value1"),
        (b"Header2", b"value2"),
        (b"cookie", b"cookie1=a; cookie2=b"),
        (b"user-agent", b"agent"),
        (b"content-type", b"text/plain"),
    ]
    request = a_request(query="p1=v1&p1=v2&p2=%C3%BC&empty=", headers=headers, body=b"Hello")

    event = to_event(request, Match(ROUTE, {"name": "a path"}))

    assert event["version"] == "2.0"
    assert event["routeKey"] == "ANY /my/{name}"
    assert event["rawPath"] == "/my/a path"
    assert event["rawQueryString"] == "p1=v1&p1=v2&p2=%C3%BC&empty="
    assert event["cookies"] == ["cookie1=a", "cookie2=b"]
    assert event["headers"] == {
        "host": "id.example.com:8000",
        "header1": "value1",
        "header2": "value1,value2",
        "user-agent": "agent",
        "content-type": "text/plain",
        "x-forwarded-for": "192.0.2.1",
        "x-forwarded-proto": "http",
        "x-forwarded-port": "8000",
    }
    assert event["queryStringParameters"] == {"p1": "v1,v2", "p2": "ü", "empty": ""}
    assert event["pathParameters"] == {"name": "a path"}
    assert event["body"] == "Hello"
    assert event["isBase64Encoded"] is False
    context = event["requestContext"]
    assert set(context) == {
        "accountId",
        "apiId",
        "domainName",
        "domainPrefix",
        "http",
        "requestId",
        "routeKey",
        "stage",
        "time",
        "timeEpoch",
    }
    assert context["http"] == {
        "method": "POST",
        "path": "/my/a path",
        "protocol": "HTTP/1.1",
        "sourceIp": "192.0.2.1",
        "userAgent": "agent",
    }
    assert context["domainName"] == "id.example.com:8000"
    assert context["stage"] == "$default"


def test_what_is_not_there_is_left_out() -> None:
    event = to_event(a_request(), Match(ROUTE, {}))

    absent = {"cookies", "queryStringParameters", "pathParameters", "body"}
    assert not absent & set(event)


@pytest.mark.parametrize(
    ("content_type", "body", "encoded"),
    [
        (b"application/json", b"{}", False),
        (b"application/json; charset=utf-8", b"{}", False),
        (b"text/plain", "ü".encode(), False),
        (b"application/octet-stream", b"{}", True),
        (b"application/json", b"\xff", True),
    ],
)
def test_a_body_that_is_no_text_is_base64(content_type: bytes, body: bytes, encoded: bool) -> None:
    event = to_event(
        a_request(headers=[(b"content-type", content_type)], body=body), Match(ROUTE, {})
    )

    assert event["isBase64Encoded"] is encoded
    received = base64.b64decode(event["body"]) if encoded else event["body"].encode()
    assert received == body


def test_an_answer_becomes_http() -> None:
    answer = from_answer(
        {
            "statusCode": 201,
            "headers": {"X-Number": 3, "Content-Length": "99"},
            "multiValueHeaders": {"Link": ["<a>", "<b>"]},
            "cookies": ["a=1"],
            "body": base64.b64encode(b"\x00").decode(),
            "isBase64Encoded": True,
        }
    )

    assert answer.status == 201
    assert answer.body == b"\x00"
    assert answer.headers == [
        (b"x-number", b"3"),
        (b"link", b"<a>"),
        (b"link", b"<b>"),
        (b"set-cookie", b"a=1"),
    ]


def test_an_answer_without_status_is_the_body_itself() -> None:
    assert from_answer({"a": 1}).body == b'{"a": 1}'
    assert from_answer({"a": 1}).status == 200


@pytest.mark.parametrize(
    "answer",
    [{"statusCode": 200, "body": {}}, {"statusCode": "ok"}, object()],
    ids=["body is no text", "status is no number", "no JSON"],
)
def test_an_answer_that_cannot_be_sent_is_refused(answer: object) -> None:
    with pytest.raises(BadAnswerError):
        from_answer(answer)
