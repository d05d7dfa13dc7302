"""From nothing to the first answer: the built functions with Lambda's Python, each time in a new process."""

import json
import subprocess
import time
from pathlib import Path
from statistics import median

import boto3
import pytest

from tams.repositories.provision import provision
from tams.runtime.vast import vast_connection
from tests.benchmark.form import compares_times
from tests.benchmark.record import Record
from tests.integration.local_vast import a_local_vast, settings_for
from tests.template.conftest import ROOT
from tests.template.test_build import RUNTIME_PACKAGES, environment, script

TABLE = "Cold start: from a new process to its first answer"
BUILD = ROOT / ".aws-sam/build"
TRIES = 7
FIRST_EVENTS = [
    ("authorizer", "authorizer/static_token.json"),
    ("url_signer", "invoke/url_signer.json"),
    ("flows", "api/get_flow.json"),
]


@compares_times
def test_what_runs_before_each_request_starts_faster_than_what_asks_vast(
    record: Record, tmp_path: Path
) -> None:
    interpreter = script("trim").find_lambda_python()
    if not (BUILD / "template.yaml").is_file() or interpreter is None:
        pytest.skip("there is no build (make build), or no python3.13")
    for name in RUNTIME_PACKAGES:
        (tmp_path / name).symlink_to(Path(boto3.__file__).parents[1] / name)
    player = ROOT / "tests/template/play_events.py"
    command = [interpreter, "-I", "-S", "-B", player, BUILD, tmp_path, ROOT / "events"]
    took: dict[str, float] = {}
    with a_local_vast(tmp_path / "vast") as vast_url:
        settings = settings_for(vast_url)
        provision(vast_connection(settings))
        backend = settings.storage_backends[0].model_dump(mode="json", exclude_none=True)
        variables = environment(vast_url, backend | {"access_key": "K", "secret_key": "S"})
        for function, event in FIRST_EVENTS:
            times = []
            for _ in range(TRIES):
                started = time.perf_counter()
                subprocess.run(
                    command,
                    input=json.dumps([[function, event]]),
                    env=variables,
                    capture_output=True,
                    text=True,
                    check=True,
                )
                times.append(time.perf_counter() - started)
            took[function] = median(times) * 1000
            record.line(TABLE, {"function": function, "time": f"{took[function]:.0f} ms"})

    assert took["authorizer"] < took["flows"]
