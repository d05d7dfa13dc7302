"""Processes may open as many files as the system allows; clients beyond that get an error that says so."""

import contextlib
import resource
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from tests.waiting import PATIENCE_SECONDS, until

from .conftest import TEMPLATE

SOFT, HARD = 100, 200
STARTING = f"""
import resource, sys
from pathlib import Path
from local.stack import Stack

resource.setrlimit(resource.RLIMIT_NOFILE, ({SOFT}, {HARD}))
only = ("gateway",)
with Stack(Path(sys.argv[1]), template=Path(sys.argv[2]), only=only, workers=1) as stack:
    print(stack.api_url, stack.pid("gateway"), flush=True)
    sys.stdin.read()
"""


@dataclass(frozen=True)
class Gateway:
    url: str
    pid: int

    @property
    def address(self) -> tuple[str, int]:
        url = httpx.URL(self.url)
        return url.host, url.port or 80


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """Of a stack that may open little."""
    data = tmp_path_factory.mktemp("data")
    with subprocess.Popen(
        [sys.executable, "-c", STARTING, str(data), str(TEMPLATE)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        url, pid = process.stdout.readline().split()
        yield Gateway(url, int(pid))


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="only Linux shows other processes")
def test_a_part_has_the_hard_limit(gateway: Gateway) -> None:
    assert resource.prlimit(gateway.pid, resource.RLIMIT_NOFILE) == (HARD, HARD)


def test_clients_beyond_the_descriptors_are_answered_with_503(gateway: Gateway) -> None:
    with contextlib.ExitStack() as opened:
        clients = [
            opened.enter_context(socket.create_connection(gateway.address, PATIENCE_SECONDS))
            for _ in range(HARD - SOFT // 2)
        ]
        for client in clients[HARD // 2 :]:
            answer = client.makefile("rb").read()
            assert answer.startswith(b"HTTP/1.1 503 ")
            assert b'"type": "ServiceUnavailable"' in answer

    until(lambda: httpx.get(f"{gateway.url}/nowhere").status_code == 404)


def test_a_gateway_of_few_descriptors_serves_as_any(gateway: Gateway) -> None:
    for _ in range(HARD):
        assert httpx.get(f"{gateway.url}/nowhere").status_code == 404
