"""`make sam-local`: the built functions in SAM's containers, against VAST, S3 and queues on this machine.

Plays every sample event through `sam local invoke`, then leaves `sam local start-api` running until Ctrl-C.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from local.intrinsics import load_yaml
from local.parts import default_template
from local.sample_events import SAMPLE_EVENTS
from local.stack import Stack

ENGINES = ("docker", "podman")
TOKEN = "sample-token"  # noqa: S105 - that of events/authorizer
PARTS = ("vast", "s3", "queue")
# The containers share this machine's network, because the parts listen on loopback only.
_CONTAINERS = ("--docker-network", "host")


def main() -> int:
    if (engine := running_engine()) is None:
        sys.stderr.write(
            "make sam-local needs a container engine, and none is running: start Docker or Podman. "
            "Without one, `make verify` plays the same events under Lambda's own bootstrap.\n"
        )
        return 1
    sys.stdout.write(f"containers by {engine}\n")
    if subprocess.run(["make", "build"], check=False).returncode != 0:  # noqa: S607
        return 1
    sam, build = Path(".venv-sam/bin/sam").resolve(), Path(".aws-sam/build")
    with (
        tempfile.TemporaryDirectory() as folder,
        Stack(Path(folder), only=PARTS, token=TOKEN) as stack,
    ):
        variables = Path(folder) / "variables.json"
        variables.touch(0o600)
        functions = {name: it.environment for name, it in stack.application.functions.items()}
        variables.write_text(json.dumps(variables_of(functions, default_template())))
        common = ["--template", str(build / "template.yaml"), "--env-vars", str(variables)]
        common += _CONTAINERS
        environment = {**os.environ, **sams_own(next(iter(functions.values())))}
        failed = [
            event
            for function, event in SAMPLE_EVENTS
            if not _invoked([str(sam), "local", "invoke", *common], function, event, environment)
        ]
        if failed:
            sys.stderr.write(f"failed: {', '.join(failed)}\n")
            return 1
        command = [str(sam), "local", "start-api", *common]
        return subprocess.run(command, env=environment, check=False).returncode  # noqa: S603


def running_engine() -> str | None:
    for name in ENGINES:
        if (program := shutil.which(name)) is not None:
            found = subprocess.run([program, "info"], capture_output=True, check=False)  # noqa: S603
            if found.returncode == 0:
                return name
    return None


def variables_of(
    functions: Mapping[str, Mapping[str, str]], template: Path
) -> dict[str, dict[str, str]]:
    """By logical id, as `--env-vars` takes them: SAM ignores variables that the template does not name."""
    declared = _declared(load_yaml(template.read_text()))
    return {
        logical_id: {name: functions[folder].get(name, "") for name in names}
        for logical_id, (folder, names) in declared.items()
    }


def sams_own(environment: Mapping[str, str]) -> dict[str, str]:
    """What SAM passes on from its own environment: keys and region."""
    return {name: value for name, value in environment.items() if name.startswith("AWS_")}


def logical_ids(template: Path) -> dict[str, str]:
    """By the function's folder."""
    declared = _declared(load_yaml(template.read_text()))
    return {folder: logical_id for logical_id, (folder, _) in declared.items()}


def _declared(template: Mapping[str, Any]) -> dict[str, tuple[str, set[str]]]:
    common = template["Globals"]["Function"]["Environment"]["Variables"]
    found = {}
    for logical_id, resource in template["Resources"].items():
        if resource["Type"] == "AWS::Serverless::Function":
            given = resource["Properties"]
            own = given.get("Environment", {}).get("Variables", {})
            found[logical_id] = PurePosixPath(given["CodeUri"]).name, {*common, *own}
    return found


def _invoked(command: list[str], function: str, event: str, environment: Mapping[str, str]) -> bool:
    """Whether the function answered, and not with a 5xx."""
    logical_id = logical_ids(default_template())[function]
    arguments = [*command, logical_id, "--event", f"events/{event}"]
    done = subprocess.run(  # noqa: S603
        arguments, env=environment, capture_output=True, text=True, check=False
    )
    answer = json.loads(done.stdout.strip().splitlines()[-1]) if done.stdout.strip() else None
    is_well = done.returncode == 0 and is_success(answer)
    sys.stdout.write(f"{'ok    ' if is_well else 'FAILED'} {function:22} {event}\n")
    if not is_well:
        sys.stdout.write(done.stdout + done.stderr)
    return is_well


def is_success(answer: Any) -> bool:
    if not isinstance(answer, dict) or "errorMessage" in answer:
        return False
    return answer.get("statusCode", 200) < 500 and not answer.get("batchItemFailures")


if __name__ == "__main__":
    sys.exit(main())
