"""Each expected failure has one status, and no new one is forgotten."""

import asyncio
import errno
import os
from collections.abc import Iterator

import httpx
import pytest
from fastapi import FastAPI

from tams.api.errors import STATUS_OF, install
from tams.errors import RequestFailedError


def leaves(error: type[RequestFailedError]) -> Iterator[type[RequestFailedError]]:
    children = error.__subclasses__()
    if not children:
        yield error
    for child in children:
        yield from leaves(child)


def test_every_tams_error_has_a_status() -> None:
    assert set(leaves(RequestFailedError)) == set(STATUS_OF)


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENFILE, errno.ENOSPC, errno.ENOMEM])
def test_a_host_that_is_exhausted_says_so_and_is_tried_again(number: int) -> None:
    app = FastAPI()
    install(app)

    @app.get("/")
    def get() -> None:
        raise OSError(number, os.strerror(number))

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://tams") as client:
            return await client.get("/")

    answer = asyncio.run(ask())

    assert answer.status_code == 503
    assert os.strerror(number) in answer.json()["summary"]
    assert "Retry-After" in answer.headers
