"""A wrong environment stops the start, with one line that names the variable."""

import json
import os
import subprocess
import sys

import pytest

from serve.environment import NO_QUEUE, Places, checked_environment
from serve.errors import ServeError
from serve.settings import serve_settings
from tests.template.test_loaded_modules import ENV

OPEN = {"TAMS_ACCESS__OPEN": "true"}
QUEUES = [name for name in ENV if name.startswith("TAMS_QUEUES__")]
WITHOUT = {name: value for name, value in ENV.items() if name not in QUEUES}
ISSUERS = {
    "TAMS_ACCESS__ISSUERS": json.dumps([{"issuer": "https://id.example.com", "audiences": ["t"]}])
}


@pytest.fixture(autouse=True)
def _only_what_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("TAMS_"):
            monkeypatch.delenv(name)
    for name in (*QUEUES, "TAMS_DELETION__IDLE_SECONDS", "TAMS_SWEEP__AFTER_SECONDS"):
        monkeypatch.setenv(name, "")  # so that what the check sets goes with the test


def checked(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]) -> Places:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return checked_environment(os.environ)


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        (ENV, "nobody could call the API: set TAMS_ACCESS__ISSUERS"),
        ({**ENV, **OPEN, **ISSUERS}, "with TAMS_ACCESS__OPEN=true"),
        ({**ENV, "TAMS_ACCESS__OPEN": "perhaps"}, "TAMS_ACCESS__OPEN: "),
        ({**ENV, "TAMS_ACCESS__ISSUERS": "["}, "must be valid JSON"),
        ({**WITHOUT, QUEUES[0]: "http://queue", **OPEN}, "give the URLs of all queues, or of none"),
        ({**OPEN, "TAMS_STORAGE_BACKENDS": "[]"}, "TAMS_VAST: Field required"),
        ({**ENV, **OPEN, "TAMS_STORAGE_BACKENDS": "[{"}, "^TAMS_STORAGE_BACKENDS, .* valid JSON"),
        ({**ENV, **OPEN, "TAMS_VAST__ENDPOINTS": "{x"}, "TAMS_VAST__…, must be valid JSON"),
    ],
)
def test_it_says_what_is_wrong(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], words: str
) -> None:
    with pytest.raises(ServeError, match=words.replace("[", r"\[")):
        checked(monkeypatch, environment)


def test_it_does_without_queues(monkeypatch: pytest.MonkeyPatch) -> None:
    found = checked(monkeypatch, {**WITHOUT, **OPEN})

    assert found.queues == {}
    assert {os.environ[name] for name in QUEUES} == {NO_QUEUE}
    assert found.settings.deletion.idle_seconds == 10


def test_wrong_options_are_named() -> None:
    with pytest.raises(ServeError, match="TAMS_SERVE__PROCESSES: "):
        serve_settings(processes=0)


def test_the_command_ends_with_one_line() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "serve", "api"],
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 1
    assert run.stderr.startswith("tams serve: TAMS_VAST: Field required")
    assert run.stderr.count("\n") == 1
