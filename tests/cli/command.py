"""The `tams` command, run in this process against a running stack."""

import json
import subprocess
from pathlib import Path
from typing import Any

import httpx
from typer.testing import CliRunner

from cli.main import app
from local.stack import Stack


def command(
    *arguments: str, typed: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    """As `subprocess.run` would, but nothing starts and is imported anew, which takes a second of CPU."""
    result = CliRunner(env=environment).invoke(app, list(arguments), input=typed)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return subprocess.CompletedProcess(arguments, result.exit_code, result.stdout, result.stderr)


def tams(stack: Stack, *arguments: str, code: int = 0) -> str:
    """What the command prints; it must end with `code`, and without a traceback."""
    result = CliRunner().invoke(app, [*arguments, "--url", stack.api_url])
    assert result.exit_code == code, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.output


def ingest(stack: Stack, path: Path, *arguments: str, code: int = 0) -> dict[str, Any]:
    """The outcome as `--json` prints it."""
    output = tams(stack, "ingest", str(path), "--json", *arguments, code=code)
    outcome: dict[str, Any] = json.loads(output[output.index("{") : output.rindex("}") + 1])
    return outcome


def flow(stack: Stack, flow_id: str) -> dict[str, Any]:
    response = httpx.get(f"{stack.api_url}/flows/{flow_id}", params={"include_timerange": True})
    assert response.status_code == 200
    found: dict[str, Any] = response.json()
    return found


def segments_of(stack: Stack, flow_id: str, **parameters: str) -> list[dict[str, Any]]:
    response = httpx.get(
        f"{stack.api_url}/flows/{flow_id}/segments", params={"limit": "1000", **parameters}
    )
    assert response.status_code == 200
    listed: list[dict[str, Any]] = response.json()
    return listed


def objects(stack: Stack, flow_id: str) -> list[bytes]:
    """The media of all Segments of a Flow, in order."""
    media = [httpx.get(each["get_urls"][0]["url"]) for each in segments_of(stack, flow_id)]
    assert {response.status_code for response in media} <= {200}
    return [response.content for response in media]
