"""Manifests that no container engine tries here pass the schemas of those that read them."""

import configparser
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from serve.environment import checked_environment
from tams.access.accounts import Accounts, hash_token
from tests.deploy.image_packages import site_of

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "shared" / "deploy"
KUBERNETES = DEPLOY / "kubernetes"
MANIFESTS = sorted(it for it in KUBERNETES.rglob("*.yaml") if it.name != "kustomization.yaml")
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))

Json = dict[str, Any]


def documents(path: Path) -> Iterator[Json]:
    yield from (it for it in yaml.safe_load_all(path.read_text()) if it)


def pods() -> Iterator[tuple[str, Json]]:
    """The name and the pod of everything that runs."""
    for path in MANIFESTS:
        for document in documents(path):
            if document["kind"] in ("Deployment", "Job"):
                yield document["metadata"]["name"], document["spec"]["template"]["spec"]


def variables(path: Path) -> dict[str, str]:
    """Of an environment file: of kustomize, which takes lines as they are, or of systemd, which unquotes."""
    pairs = (
        line.partition("=")
        for line in path.read_text().splitlines()
        if line and not line.startswith("#")
    )
    return {
        name: "".join(shlex.split(value)) if value.startswith("'") else value
        for name, _, value in pairs
    }


def test_the_compose_file_is_one() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    run = subprocess.run(
        [*command, str(DEPLOY / "compose.yaml")], capture_output=True, text=True, check=False
    )

    assert run.returncode == 0, run.stdout


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda it: it.stem)
def test_kubernetes_knows_every_field(path: Path) -> None:
    for document in documents(path):
        kubernetes_validate.validate(document, "1.29", strict=True)


@pytest.mark.parametrize("folder", ["base", "example"])
def test_kustomize_finds_its_files(folder: str) -> None:
    (given,) = documents(KUBERNETES / folder / "kustomization.yaml")
    generated = [*given.get("configMapGenerator", ()), *given.get("secretGenerator", ())]
    named = [*given["resources"], *(name for it in generated for name in it["envs"])]

    assert [it for it in named if not (KUBERNETES / folder / it).exists()] == []


def test_pods_may_do_no_more_than_they_need() -> None:
    found = dict(pods())
    assert sorted(found) == ["tams-api", "tams-provision", "tams-worker"]
    for pod in found.values():
        (container,) = pod["containers"]
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["automountServiceAccountToken"] is False
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        assert container["resources"].keys() == {"requests", "limits"}


def test_a_pod_has_time_to_drain() -> None:
    api = dict(pods())["tams-api"]
    options = {it["name"]: float(it["value"]) for it in api["containers"][0]["env"]}

    assert api["terminationGracePeriodSeconds"] >= options["TAMS_SERVE__LAME_SECONDS"] + 30 + 10


def test_everyone_starts_the_same_commands() -> None:
    (compose,) = documents(DEPLOY / "compose.yaml")
    by_compose = {
        tuple(compose["services"][it]["command"]) for it in ("api", "worker", "provision")
    }
    by_kubernetes = {tuple(pod["containers"][0]["args"]) for _, pod in pods()}
    by_systemd = {("serve", "api"), ("serve", "worker")}

    assert by_compose == by_kubernetes
    assert by_systemd == {tuple(_exec_start(it).split(" -m ")[1].split()) for it in UNITS}


@pytest.mark.parametrize("unit", UNITS, ids=lambda it: it.stem)
def test_a_unit_gives_the_service_time_and_a_file_of_variables(unit: Path) -> None:
    service = _unit(unit)["Service"]

    assert float(service["TimeoutStopSec"]) > 35
    assert service["EnvironmentFile"] == "/etc/tams/tams.env"
    assert service["User"] == "tams"


@pytest.mark.parametrize(
    "files",
    [
        [DEPLOY / "systemd" / "tams.env.example"],
        [KUBERNETES / "example" / "settings.env", KUBERNETES / "example" / "secrets.env"],
    ],
    ids=["systemd", "kubernetes"],
)
def test_example_variables_are_a_whole_environment(
    files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in list(os.environ):
        if name.startswith("TAMS_"):
            monkeypatch.delenv(name)
    for name in ("TAMS_DELETION__IDLE_SECONDS", "TAMS_SWEEP__AFTER_SECONDS"):
        monkeypatch.setenv(name, "")
    for name in ("EVENTS", "DELIVERIES", "DELETIONS", "OBJECT_CLEANUP", "COPIES"):
        monkeypatch.setenv(f"TAMS_QUEUES__{name}", "")
    for path in files:
        for name, value in variables(path).items():
            monkeypatch.setenv(name, value)

    assert checked_environment().settings.vast.endpoint == "https://vast.example.com"


def test_the_image_copies_what_there_is_and_ignores_nothing_of_it() -> None:
    text = (DEPLOY / "Containerfile").read_text()
    copied = re.findall(r"^COPY (?!--from)(\S+) ", text, re.MULTILINE)
    kept = {
        line.removeprefix("!")
        for line in (DEPLOY / "Containerfile.dockerignore").read_text().splitlines()
        if line.startswith("!")
    }

    assert set(copied) == kept
    assert [it for it in copied if not (ROOT / it).exists()] == []


@pytest.mark.parametrize(("without", "starts"), [("", True), ("uvicorn", False)])
def test_the_image_has_the_packages_that_the_service_loads(
    without: str, starts: bool, tmp_path: Path
) -> None:
    """Every function is loaded, and nothing can be that is not in the file."""
    lines = (ROOT / "requirements" / "serve.txt").read_text().splitlines()
    kept = tmp_path / "serve.txt"
    kept.write_text("\n".join(it for it in lines if not without or not it.startswith(without)))

    site = tmp_path / "site"
    site.mkdir()
    site_of(kept, site)
    folders = [site, ROOT / "layers" / "tams", ROOT / "shared"]

    run = subprocess.run(
        [sys.executable, "-S", "tests/deploy/loaded_packages.py"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(map(str, folders))},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (run.returncode == 0) is starts, run.stderr
    assert starts or "No module named 'uvicorn'" in run.stderr


def test_compose_interpolates_nothing_in_the_hash_of_the_token() -> None:
    (compose,) = documents(DEPLOY / "compose.yaml")
    given = compose["services"]["api"]["environment"]["TAMS_ACCESS__ACCOUNTS"]

    (token,) = Accounts.model_validate_json(given.replace("$$", "$")).tokens

    assert "$" not in given.replace("$$", "")
    assert token.hash.count("$") == hash_token("any").count("$")


def _unit(path: Path) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None, strict=True)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read(path)
    return parser


def _exec_start(path: Path) -> str:
    return _unit(path)["Service"]["ExecStart"]
