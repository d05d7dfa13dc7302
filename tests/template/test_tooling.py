"""The Makefile and the requirement files keep their promises."""

import re
import subprocess

import pytest

from tests.template.conftest import ROOT

REQUIREMENTS = [
    "layers/dependencies/requirements.txt",
    "requirements/local.txt",
    "requirements/dev.txt",
    "layers/media/requirements.txt",
    "requirements/sam.txt",
]
_PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)(?:\[[^\]]*\])?==(\S+)", re.MULTILINE)


def pins(path: str) -> set[tuple[str, str]]:
    return set(_PIN.findall((ROOT / path).read_text()))


def test_make_alone_lists_every_target() -> None:
    text = (ROOT / "Makefile").read_text().replace("\\\n", " ")
    (phony,) = re.findall(r"^\.PHONY: (.*)$", text, re.MULTILINE)

    listed = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert re.findall(r"^ +make (\S+) +\S", listed, re.MULTILINE) == re.findall(
        r"^([a-z-]+):.*##", text, re.MULTILINE
    )
    assert set(phony.split()) == set(re.findall(r"^ +make (\S+)", listed, re.MULTILINE))


@pytest.mark.parametrize("path", REQUIREMENTS)
def test_requirements_are_pinned_and_name_no_host(path: str) -> None:
    text = (ROOT / path).read_text()
    entries = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]

    assert entries
    assert all(_PIN.match(line) for line in entries)
    assert "://" not in text


def test_what_is_tested_is_what_is_deployed() -> None:
    deployed, local, dev, decoder = (pins(path) for path in REQUIREMENTS[:4])

    assert deployed <= local <= dev
    assert decoder <= local
