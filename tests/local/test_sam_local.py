"""What `make sam-local` gives to SAM's containers, and what it says where there are none."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from local.credentials import Credentials
from local.environment import LocalValues
from local.parts import default_template
from local.ports import Ports
from local.sam_local import is_success, logical_ids, variables_of
from local.sample_events import SAMPLE_EVENTS
from local.template import read_application

VALUES = LocalValues(
    Ports(),
    Credentials.from_json({}),
    "http://127.0.0.1:9000",
    {},
    access={"TAMS_ACCESS__ACCOUNTS": "{}"},
)
PASSED_ON = ("AWS_", "POWERTOOLS_")
"""SAM takes keys and region from its own environment, and Powertools knows that it runs under SAM."""


@pytest.fixture(scope="module")
def environments() -> dict[str, dict[str, str]]:
    functions = read_application(default_template(), VALUES).functions
    return {name: dict(it.environment) for name, it in functions.items()}


def test_the_template_names_every_variable_that_has_a_local_value(
    environments: dict[str, dict[str, str]],
) -> None:
    given = variables_of(environments, default_template())
    ids = logical_ids(default_template())

    for name, environment in environments.items():
        local = {key for key in environment if not key.startswith(PASSED_ON)}
        assert local <= given[ids[name]].keys(), name
        assert all(given[ids[name]][key] == environment[key] for key in local)


def test_secrets_of_a_deployment_are_empty_here(environments: dict[str, dict[str, str]]) -> None:
    for variables in variables_of(environments, default_template()).values():
        assert variables["TAMS_VAST__SECRET_ARN"] == ""
        assert variables["TAMS_VAST__ACCESS_KEY"] == VALUES.credentials.vast.access_key


def test_every_sample_event_names_a_function_of_the_template() -> None:
    assert {name for name, _ in SAMPLE_EVENTS} <= logical_ids(default_template()).keys()


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"statusCode": 201}, True),
        ({"statusCode": 503}, False),
        ({"batchItemFailures": []}, True),
        ({"batchItemFailures": [{"itemIdentifier": "1"}]}, False),
        ({"errorMessage": "it crashed", "errorType": "KeyError"}, False),
        ({"urls": []}, True),
        (None, False),
    ],
)
def test_an_answer_is_judged(answer: Any, expected: bool) -> None:
    assert is_success(answer) is expected


def test_where_no_engine_runs_it_says_so_in_one_line(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "local.sam_local"],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "start Docker or Podman" in done.stderr
    assert "make verify" in done.stderr
