"""The gateway over HTTP, with the functions of fixtures/."""

import asyncio
import socket
from pathlib import Path

import httpx
import pytest

from local import parts
from local.request_body import BODY_BYTES_MAX
from local.stack import Stack
from tests.waiting import until


def assert_tams_error(answer: httpx.Response, status: int, kind: str) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    assert set(answer.json()) == {"type", "summary", "message", "time"}
    assert answer.json()["type"] == kind


def test_a_function_gets_event_and_context_and_its_answer_comes_back(gateway: httpx.Client) -> None:
    answer = gateway.put("/echo/a%2Fb/c?x=1&x=2", content=b"{}", headers={"X-Own": "1"})

    told = answer.json()
    assert answer.status_code == 200
    assert told["event"]["rawPath"] == "/echo/a/b/c"
    assert told["event"]["pathParameters"] == {"proxy": "a/b/c"}
    assert told["event"]["requestContext"]["http"]["sourceIp"] == "127.0.0.1"
    assert told["function_name"] == "tams-echo"
    assert told["memory_mb"] == "256"
    assert 0 < told["remaining_ms"] <= 2000
    assert (told["service"], told["colour"]) == ("echo", "green")
    assert answer.headers.get_list("set-cookie") == ["a=1", "b=2"]


def test_eight_slow_requests_run_at_once(small_stack: Stack) -> None:
    async def all_of_them() -> list[httpx.Response]:
        async with httpx.AsyncClient(base_url=small_stack.api_url, timeout=120) as client:
            return await asyncio.gather(*(client.get("/echo/x?meet=8") for _ in range(8)))

    answers = asyncio.run(all_of_them())

    assert {answer.status_code for answer in answers} == {200}


def test_cors_headers_are_the_gateways_and_preflight_needs_no_function(
    gateway: httpx.Client,
) -> None:
    origin = {"Origin": "https://ui.example"}
    answer = gateway.get("/echo/x", headers=origin)
    asked = {"Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "x-a"}
    preflight = gateway.options("/items/1", headers={**origin, **asked})

    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["access-control-expose-headers"] == "Link,X-Paging-Limit"
    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-methods"] == "GET,PUT"
    assert preflight.headers["access-control-allow-headers"] == "x-a"
    assert preflight.headers["access-control-max-age"] == "600"


def test_what_no_route_takes_is_an_error_of_tams(gateway: httpx.Client) -> None:
    wrong_method = gateway.delete("/items/1")

    assert_tams_error(gateway.get("/nowhere"), 404, "NotFound")
    assert_tams_error(wrong_method, 405, "MethodNotAllowed")
    assert wrong_method.headers["allow"] == "GET, PUT"
    assert gateway.get("/nowhere").headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize(
    ("path", "status", "kind"),
    [
        ("/troubled/raises", 500, "InternalServerError"),
        ("/troubled/odd", 500, "InternalServerError"),
        ("/troubled/huge", 500, "InternalServerError"),
        ("/troubled/slow", 504, "GatewayTimeout"),
        ("/absent", 500, "InternalServerError"),
    ],
)
def test_a_function_in_trouble_is_an_error_of_tams(
    gateway: httpx.Client, path: str, status: int, kind: str
) -> None:
    assert_tams_error(gateway.get(path), status, kind)


def test_why_a_function_failed_is_in_the_log_and_not_in_the_answer(
    small_stack: Stack, gateway: httpx.Client
) -> None:
    answer = gateway.get("/troubled/raises?access_token=hidden")

    log = small_stack.log("gateway")
    # The line of a request is written once it has been answered.
    until(lambda: "GET    /troubled/raises?access_token=*** 500" in log.read_text())
    assert "the fixture is broken" not in answer.text
    assert 'raise RuntimeError("the fixture is broken")' in log.read_text()
    assert "hidden" not in log.read_text()


def test_a_function_that_cannot_be_imported_is_told_at_the_start(small_stack: Stack) -> None:
    assert "ModuleNotFoundError" in small_stack.broken_functions["absent"]


def test_bodies_have_the_limits_of_api_gateway_and_lambda(gateway: httpx.Client) -> None:
    as_text = {"content-type": "text/plain"}

    def streamed() -> object:
        for _ in range(11):
            yield b"x" * (BODY_BYTES_MAX // 10)

    for body in (b"x" * (BODY_BYTES_MAX + 1), streamed(), b"x" * (7 * 1024 * 1024)):
        answer = gateway.put("/echo/x", content=body, headers=as_text)  # type: ignore[arg-type]
        assert_tams_error(answer, 413, "RequestTooLarge")
    assert gateway.put("/echo/x", content=b"x" * 2_000_000, headers=as_text).status_code == 200


def test_bytes_and_answers_without_status_come_through(gateway: httpx.Client) -> None:
    assert gateway.get("/troubled/binary").content == b"\x00\xff"
    assert gateway.get("/troubled/plain").json() == ["no", "status"]


def test_the_authorizer_is_asked_first_and_its_context_is_handed_on(
    gateway: httpx.Client,
) -> None:
    answer = gateway.put("/items/7?x=1", content="secret", headers={"X-Who": "alice"})

    context = answer.json()["event"]["requestContext"]["authorizer"]["lambda"]
    assert context["who"] == "alice"
    assert context["asked"]["type"] == "REQUEST"
    assert context["asked"]["route"].endswith("/PUT /items/{itemId}")
    assert context["asked"]["body"] is False


def test_whom_the_authorizer_does_not_let_pass_is_refused_as_api_gateway_does(
    gateway: httpx.Client,
) -> None:
    banned = gateway.get("/items/7", headers={"X-Who": "banned"})
    troubled = gateway.get("/items/7", headers={"X-Who": "troubled"})

    assert (banned.status_code, banned.json()) == (403, {"message": "Forbidden"})
    assert_tams_error(troubled, 500, "InternalServerError")


def test_a_body_that_breaks_off_reaches_no_function(small_stack: Stack) -> None:
    with socket.create_connection(("127.0.0.1", small_stack.config.ports.api)) as broken:
        broken.sendall(
            b"PUT /echo/broken-off HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n12345"
        )
    log = small_stack.log("gateway")
    httpx.get(f"{small_stack.api_url}/echo/after")

    until(lambda: "/echo/after" in log.read_text())
    assert "/echo/broken-off" not in log.read_text()


def test_only_pages_of_the_allowed_origins_may_read_answers(tmp_path: Path) -> None:
    template = parts.default_template()
    origins = "https://edit.example.com,https://play.example.com"
    stack = Stack(tmp_path, template=template, only=("gateway",), cors_origins=origins, workers=1)
    with stack:
        for origin, allowed in (
            ("https://play.example.com", True),
            ("https://evil.example", False),
        ):
            answer = httpx.get(f"{stack.api_url}/docs", headers={"Origin": origin})
            assert (answer.headers.get("access-control-allow-origin") == origin) is allowed


def test_functions_are_invoked_by_who_has_the_stacks_access_key_only(
    gateway: httpx.Client, small_stack: Stack
) -> None:
    path, keys = "/2015-03-31/functions/timer/invocations", small_stack.config.credentials.aws

    def answer(credential: str) -> httpx.Response:
        signed = f"AWS4-HMAC-SHA256 Credential={credential}/20260101/us-east-1/lambda/aws4_request"
        return gateway.post(path, content="{}", headers={"Authorization": signed})

    assert answer(keys.access_key).json() == {"fired": 1}
    assert gateway.post(path, content="{}").status_code == 404
    for other in ("", "local", keys.access_key[:-1], f"{keys.access_key}x", keys.secret_key):
        assert answer(other).status_code == 404
