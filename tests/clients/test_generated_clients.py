"""Clients generated from our OpenAPI document compile, and work against a running server.

The generators are installed once, below `.tools/`.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, NoReturn
from uuid import uuid4

import httpx
import pytest

from local.stack import Stack

HERE = Path(__file__).parent
TOOLS = HERE.parents[1] / ".tools"
NPM_PACKAGES = ("openapi-typescript@7.13.0", "openapi-fetch@0.17.0", "typescript@5.9.3")
PYTHON_PACKAGE = "openapi-python-client==0.29.1"
CONFIG = """
package_name_override: tams_client
post_hooks: []
content_type_overrides: {application/vnd.apple.mpegurl: text/plain, application/dash+xml: text/plain}
"""
"""The generator knows few types; lists for players are text."""
TSC = (
    *("--strict", "--exactOptionalPropertyTypes", "--noUncheckedIndexedAccess"),
    *("--target", "es2022", "--module", "nodenext", "--lib", "es2022,dom,dom.iterable"),
)


def run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command[0]}:\n{done.stdout}\n{done.stderr}"
    return done.stdout


def untested(why: str) -> NoReturn:
    """A skip at a desk that lacks something. CI must have everything."""
    (pytest.fail if "CI" in os.environ else pytest.skip)(f"NOT TESTED: {why}")


def install(folder: Path, packages: tuple[str, ...], *commands: tuple[str | Path, ...]) -> Path:
    """Into a folder of its own for each choice of versions, which is there once it is complete."""
    target = folder / "_".join(packages).replace("==", "-")
    if target.is_dir():
        return target
    started = folder / f"{uuid4()}.partial"
    started.mkdir(parents=True)
    for command in commands:
        done = subprocess.run(command, cwd=started, capture_output=True, text=True, check=False)
        if done.returncode:
            shutil.rmtree(started)
            untested(f"cannot install {' '.join(packages)}: {done.stderr[-500:]}")
    if not target.is_dir():
        started.rename(target)
    return target


@pytest.fixture(scope="module")
def document(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("document") / "openapi.json"
    file.write_text(httpx.get(f"{stack.api_url}/openapi.json").text)
    return file


def check(found: dict[str, Any], stack: Stack) -> None:
    urls = found.pop("urls")
    assert found == {
        "status": 201,
        "format": "urn:x-nmos:format:video",
        "label": "generated",
        "timeranges": ["[0:0_1:0)", "[1:0_2:0)"],
        "error": "NotFound",
    }
    assert len(urls) == 2
    assert all(url.startswith(stack.s3_url) for url in urls)


def test_a_typescript_client_compiles_and_works(
    stack: Stack, document: Path, tmp_path: Path
) -> None:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        untested("the TypeScript client needs node and npm, which are not here")
    quiet = ("--no-save", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts")
    tools = install(TOOLS / "npm", NPM_PACKAGES, (npm, "install", *quiet, *NPM_PACKAGES))
    (tmp_path / "node_modules").symlink_to(tools / "node_modules")
    (tmp_path / "package.json").write_text('{"type": "module"}')
    shutil.copy(HERE / "client.ts", tmp_path)
    binaries = tools / "node_modules" / ".bin"

    run(binaries / "openapi-typescript", document, "--output", "schema.ts", cwd=tmp_path)
    run(binaries / "tsc", *TSC, "client.ts", cwd=tmp_path)
    ids = str(uuid4()), str(uuid4())
    found = run(node, "client.js", stack.api_url, *ids, cwd=tmp_path)

    check(json.loads(found), stack)


def test_a_python_client_is_generated_whole_and_works(
    stack: Stack, document: Path, tmp_path: Path
) -> None:
    tools = install(
        TOOLS / "python",
        (PYTHON_PACKAGE,),
        (sys.executable, "-m", "venv", "venv"),
        ("venv/bin/python", "-m", "pip", "install", "--quiet", PYTHON_PACKAGE),
    )
    python = tools / "venv" / "bin" / "python"
    (tmp_path / "config.yaml").write_text(CONFIG)
    options = ("--meta", "none", "--output-path", "tams_client", "--config", "config.yaml")

    said = run(
        *(python, "-m", "openapi_python_client", "generate", "--path", document, *options),
        "--fail-on-warning",
        cwd=tmp_path,
    )
    shutil.copy(HERE / "client.py", tmp_path)
    found = run(python, "client.py", stack.api_url, cwd=tmp_path)

    assert "WARNING" not in said
    check(json.loads(found), stack)
