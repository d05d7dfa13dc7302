"""Schemathesis over the BBC's OpenAPI file: no request, legal or illegal, gets an undeclared response.

What is not checked, and which answers are declared in addition, is in ADR 5.
"""

import json
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import yaml

from local.stack import Stack
from tests import spec
from tests.long_form import SOAK
from tests.spec import OPENAPI

SEEDS = (1, 82) if SOAK else (1,)
EXAMPLES = 500 if SOAK else 5
"""For each of the 85 operations, for each seed, fuzzing and in each scenario.

Beside them are some thousand cases that no seed changes: the file's examples, and each limit it declares.
"""
EXTENDED = """
[[operations]]
include-path = [
  "/flows", "/sources", "/sources/{sourceId}", "/flows/{flowId}/tags", "/sources/{sourceId}/tags",
  "/objects/{objectId}", "/service/profiles/{profileId}",
]
[operations.checks.unsupported_method]
enabled = false
"""
"""Paths with methods that the file does not have: our extensions."""
SHORT = """
[[operations]]
include-method = "HEAD"
[operations.phases.coverage]
enabled = false
[[operations]]
include-name = "POST /service/profiles/{profileId}"
[operations.phases.coverage]
enabled = false
"""
"""Limits that only the long form tries: a HEAD goes the way of its GET, and a profile is part of a Flow."""

UNCHECKED = ("ignored_auth", "positive_data_acceptance")
REFUSING_LISTINGS = ("/service/storage-backends", "/service/webhooks", "/flow-delete-requests")


@pytest.fixture(scope="module")
def api_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The BBC's file with what it means and does not say (ADR 5)."""
    if reason := spec.missing():
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("api")
    for name in ("schemas", "examples"):
        (folder / name).symlink_to(OPENAPI.parent / name)
    document = yaml.safe_load(OPENAPI.read_text())
    for path in REFUSING_LISTINGS:
        for method in ("get", "head"):
            document["paths"][path][method]["responses"]["400"] = {"description": "Bad query."}
    for parameter in parameters_of(document):
        if parameter.get("name") == "accept_storage_ids":
            parameter["schema"] = {"anyOf": [parameter["schema"], {"const": ""}]}
    file = folder / OPENAPI.name
    file.write_text(yaml.safe_dump(document, sort_keys=False))
    return file


def parameters_of(node: Any) -> list[dict[str, Any]]:
    """Every parameter that is written out anywhere in the document."""
    if isinstance(node, list):
        return [found for each in node for found in parameters_of(each)]
    if not isinstance(node, dict):
        return []
    own = [each for each in node.get("parameters", []) if isinstance(each, dict) and "name" in each]
    return own + [found for each in node.values() for found in parameters_of(each)]


def fuzz(api_file: Path, stack: Stack, seed: int) -> tuple[str, dict[str, Any]]:
    """What Schemathesis says, as text and as its report."""
    report = api_file.parent / f"report-{seed}.json"
    config = EXTENDED if SOAK else EXTENDED + SHORT
    (api_file.parent / "schemathesis.toml").write_text(config)
    command = [Path(sys.executable).with_name("st"), "run", api_file, "--url", stack.api_url]
    command += ["--seed", str(seed), "-n", str(EXAMPLES), "--workers", "1"]
    command += ["--phases", "examples,coverage,fuzzing,stateful", "--continue-on-failure"]
    command += ["--exclude-checks", ",".join(UNCHECKED), "--warnings", "off"]
    command += ["--report", "json", "--report-json-path", report]
    run = subprocess.run(
        [str(each) for each in command],
        cwd=api_file.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    return run.stdout + run.stderr, json.loads(report.read_text())


@pytest.mark.timeout(1_200)
def test_no_request_gets_an_answer_that_is_not_declared(api_file: Path, stack: Stack) -> None:
    with ThreadPoolExecutor(len(SEEDS)) as pool:
        outcomes = list(pool.map(lambda seed: fuzz(api_file, stack, seed), SEEDS))

    for seed, (text, _) in zip(SEEDS, outcomes, strict=True):
        assert re.search(r"Tested: +85\n", text), f"seed {seed}: {text[-3_000:]}"
        assert "Failures:" not in text, f"seed {seed}: {text[:20_000]}"
        assert "Errors:" not in text, f"seed {seed}: {text[:20_000]}"
