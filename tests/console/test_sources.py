"""The console's sources: their own tests, and the lock by which it is built."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

SOURCES = Path(__file__).parents[2] / "shared/console"


def missing() -> str | None:
    if shutil.which("npm") is None:
        return "npm is not installed"
    if not (SOURCES / "node_modules").is_dir():
        return "the console's packages are missing: `make console` fetches them"
    return None


def test_what_needs_no_browser_is_right() -> None:
    if reason := missing():
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)

    done = subprocess.run(
        ["npm", "run", "--silent", "test"], cwd=SOURCES, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "\n# pass " in done.stdout
    assert "\n# pass 0\n" not in done.stdout


def test_packages_are_pinned_by_version_and_content_and_no_host_is_named() -> None:
    text = (SOURCES / "package-lock.json").read_text()
    packages = json.loads(text)["packages"]
    wanted = json.loads((SOURCES / "package.json").read_text())

    assert "://" not in text
    for name, each in packages.items():
        assert name == "" or each["integrity"].startswith("sha512-"), name
    for version in (wanted["dependencies"] | wanted["devDependencies"]).values():
        assert version[0].isdigit(), version
