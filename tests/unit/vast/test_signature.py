"""Our signatures equal the SDK's, byte for byte."""

import time
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from aws_requests_auth import aws_auth

from tams.vast.signature import Signer


@pytest.mark.parametrize(
    ("method", "path", "query", "body"),
    [
        ("POST", "/", "transaction", b""),
        ("GET", "/bucket/schema/flows", "data", b"\x00\xff"),
        ("DELETE", "/bucket/schema/flows", "rows&sub-table=x", b"a"),
    ],
)
def test_a_request_is_signed_as_the_sdk_signs_it(
    monkeypatch: pytest.MonkeyPatch, method: str, path: str, query: str, body: bytes
) -> None:
    now = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)
    times: Any = SimpleNamespace(utcnow=lambda: now)
    monkeypatch.setattr(aws_auth, "datetime", SimpleNamespace(datetime=times))
    monkeypatch.setattr(time, "gmtime", now.utctimetuple)
    request = SimpleNamespace(method=method, url=f"http://vast:8080{path}?{query}", body=body)
    signer = aws_auth.AWSRequestsAuth("key", "secret", "vast:8080", "", "s3")
    theirs = signer.get_aws_request_headers(request, "key", "secret", None)

    ours = Signer("key", "secret", "vast:8080").headers(method, path, query, body)

    assert ours == "".join(f"{name}: {value}\r\n" for name, value in theirs.items())


def test_the_key_of_the_next_day_is_another(monkeypatch: pytest.MonkeyPatch) -> None:
    signer = Signer("key", "secret", "vast")
    signed = set()
    for day in (1, 2, 2, 3):
        moment = datetime(2026, 1, day, tzinfo=UTC)
        monkeypatch.setattr(time, "gmtime", moment.utctimetuple)
        signed.add(signer.headers("GET", "/", "transaction", b""))

    assert len(signed) == 3
