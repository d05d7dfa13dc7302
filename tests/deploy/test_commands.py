"""The commands of the compose file, with their environment and nothing else of ours, and no container."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import yaml

from local.ports import Ports
from local.stack import Stack
from tests.builders import a_video_flow_body
from tests.waiting import until

COMPOSE = Path(__file__).parents[2] / "shared" / "deploy" / "compose.yaml"


@contextmanager
def running(command: list[str], environment: dict[str, str], log: Path) -> Iterator[Any]:
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", *command], env=environment, stdout=output, stderr=output
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def test_they_serve(tmp_path: Path) -> None:
    services = yaml.safe_load(COMPOSE.read_text())["services"]
    with Stack(tmp_path / "stack", only=("vast", "s3"), provision=False) as stack:
        ports = Ports.any_free().settled("127.0.0.1")
        keys, media = stack.vast_credentials, stack.s3_credentials
        here = {  # the names of the compose file's servers, as they are on this machine
            "http://vast:9090": stack.vast_url,
            "vast-access-key": keys.access_key,
            "vast-secret-key": keys.secret_key,
            "http://minio:9000": stack.s3_url,
            "http://localhost:9000": stack.s3_url,
            "minio-access-key": media.access_key,
            "minio-secret-key": media.secret_key,
            "http://localhost:8000": f"http://127.0.0.1:{ports.api}",
            "$$": "$",
        }

        def environment(name: str) -> dict[str, str]:
            given = services[name]["environment"]
            for there, value in here.items():
                given = {key: it.replace(there, value) for key, it in given.items()}
            own = {
                "PATH": os.environ["PATH"],
                "TMPDIR": str(tmp_path),
                "TAMS_SERVE__PORT": str(ports.api),
                "TAMS_SERVE__WORKER_PORT": str(ports.s3),
                "TAMS_VAST__TIMEOUT_SECONDS": "60",
            }
            return {**given, **own}

        made = subprocess.run(
            [sys.executable, "-m", *services["provision"]["command"]],
            env=environment("provision"),
            capture_output=True,
            text=True,
            check=False,
        )
        assert made.returncode == 0, made.stderr
        api_log, worker_log = tmp_path / "api.log", tmp_path / "worker.log"
        with (
            running(services["api"]["command"], environment("api"), api_log) as api,
            running(services["worker"]["command"], environment("worker"), worker_log) as worker,
        ):
            url = f"http://127.0.0.1:{ports.api}"
            until(lambda: _status(f"{url}/health/ready") == 200)
            until(lambda: _status(f"http://127.0.0.1:{ports.s3}/health/live") == 200)
            flow = a_video_flow_body(id=str(uuid4()), source_id=str(uuid4()))
            path = f"{url}/flows/{flow['id']}"
            assert httpx.put(path, json=flow).status_code == 401
            token = {"Authorization": "Bearer change-me"}
            assert httpx.put(path, json=flow, headers=token).status_code == 201
            until(lambda: _status(f"{url}/health") == 200)

            for process in (api, worker):
                process.send_signal(signal.SIGTERM)
            assert [it.wait(120) for it in (api, worker)] == [0, 0], worker_log.read_text()[-2000:]
        assert [it.name for it in tmp_path.glob("tams-metrics-*")] == []


def _status(url: str) -> int:
    try:
        return httpx.get(url, timeout=60).status_code
    except httpx.TransportError:
        return 0
