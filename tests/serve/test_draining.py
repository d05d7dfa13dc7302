"""How the processes end, and what happens when one of them ends too early."""

import os
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from uuid import uuid4

import httpx
import psutil

from local.ports import Ports
from tests.builders import a_video_flow_body
from tests.served import ServedStack
from tests.waiting import until

CLIENTS = 4


@dataclass
class Load:
    """Clients that create Flows until the service takes no more connections."""

    url: str
    created: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    refused: int = 0

    def run(self) -> None:
        with httpx.Client(base_url=self.url, timeout=120) as client:
            while True:
                flow_id = str(uuid4())
                body = a_video_flow_body(id=flow_id, source_id=str(uuid4()))
                try:
                    response = client.put(f"/flows/{flow_id}", json=body)
                except httpx.ConnectError:
                    self.refused += 1
                    return
                except httpx.TransportError as error:
                    self.lost.append(repr(error))
                    return
                if response.status_code != 201:
                    self.lost.append(response.text)
                    return
                self.created.append(flow_id)


def test_no_request_is_lost_when_the_api_is_asked_to_end_under_load(served: ServedStack) -> None:
    load = Load(served.api_url)
    clients = [threading.Thread(target=load.run) for _ in range(CLIENTS)]
    for each in clients:
        each.start()
    until(lambda: len(load.created) >= 10)

    os.kill(served.pid("gateway"), signal.SIGTERM)

    for each in clients:
        each.join(120)
    assert load.lost == []
    assert load.refused == CLIENTS
    served.restart("gateway")
    with httpx.Client(base_url=served.api_url) as client:
        for flow_id in load.created:
            assert client.get(f"/flows/{flow_id}").status_code == 200


def test_nobody_waits_at_the_port_while_workers_still_end(served: ServedStack) -> None:
    """Workers hold nothing that the API listens at: a connection there would never be accepted."""
    port = Ports.any_free().settled("127.0.0.1").api
    environment = {
        **served.serve_env(),
        "TAMS_SERVE__PORT": str(port),
        "TAMS_SERVE__WORKER_PORT": "0",
        "TAMS_SERVE__PROCESSES": "1",
    }
    with subprocess.Popen([sys.executable, "-m", "serve", "all"], env=environment) as parent:
        until(lambda: _answers(port))
        holders = [
            each.pid
            for each in psutil.Process(parent.pid).children()
            if port in {it.laddr.port for it in each.net_connections("tcp")}
        ]
        children = len(psutil.Process(parent.pid).children())
        parent.send_signal(signal.SIGTERM)
    assert children == 2
    assert len(holders) == 1


def _answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/health/live", timeout=10).is_success
    except httpx.TransportError:
        return False


def test_a_process_that_was_killed_is_replaced(served: ServedStack) -> None:
    parent = psutil.Process(served.pid("gateway"))
    before = {each.pid for each in parent.children() if _serves(each)}
    assert len(before) == 2

    os.kill(min(before), signal.SIGKILL)

    until(lambda: len(_of(parent) - before) == 1 and len(_of(parent)) == 2)
    for _ in range(4):
        assert httpx.get(f"{served.api_url}/health/live").status_code == 200


def _of(parent: psutil.Process) -> set[int]:
    return {each.pid for each in parent.children() if _serves(each)}


def _serves(process: psutil.Process) -> bool:
    try:
        command = process.cmdline()
        return "serve" in command and not any("leash" in each for each in command)
    except psutil.NoSuchProcess:
        return False
