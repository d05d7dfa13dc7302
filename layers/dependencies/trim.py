"""Make the installed packages light for a Lambda layer: `python3 trim.py FOLDER`.

A cold start loads the layer first. `verify.py` tries out that all still works without what goes here.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

LAMBDA_PYTHON = (3, 13)

PACKAGES = (
    "botocore",  # these come with Lambda's runtime
    "dateutil/zoneinfo",
    "pip",
    "setuptools",
)
FOLDERS = ("tests", "test", "__pycache__", "include", "src")
FILES = (
    "*.pyi",
    "*.pyx",
    "*.pxd",
    "*.pxi",
    "*.h",
    "*.c",
    "*.map",
    "*.a",
    "fastapi_offline/static/redoc*",
)


def trim(folder: Path) -> None:
    for pattern in PACKAGES:
        for path in folder.glob(pattern):
            _remove(path)
    for name in FOLDERS:
        for path in [path for path in folder.rglob(name) if path.is_dir()]:
            _remove(path)
    for pattern in FILES:
        for path in folder.rglob(pattern) if "/" not in pattern else folder.glob(pattern):
            _remove(path)


def strip(folder: Path) -> None:
    """Remove symbols no running program needs; the same code remains."""
    tool = shutil.which("strip")
    if tool is None:
        sys.stderr.write("strip is not installed: the layer stays a few MB larger\n")
        return
    for path in folder.rglob("*.so*"):
        subprocess.run([tool, "--strip-unneeded", str(path)], check=False, capture_output=True)  # noqa: S603


def compile_all(folder: Path) -> None:
    """Byte code that Lambda takes as it is: its file system is read-only, and times differ.

    Without it every cold start compiles what it imports, which takes seconds.
    """
    interpreter = find_lambda_python()
    if interpreter is None:
        sys.stderr.write(
            "python3.13 is not installed: the layer goes without byte code, and every cold start takes a\n"
            "second longer. Install it, and build again with `sam build --no-cached`.\n"
        )
        return
    command = [str(interpreter), "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash"]
    # Packages carry templates and old-Python code that no compiler takes; what counts is that most is there.
    subprocess.run([*command, str(folder)], check=False)  # noqa: S603
    assert any(folder.rglob("*.pyc"))


def find_lambda_python() -> Path | None:
    """A Python of Lambda's version that runs: pyenv's shims are on PATH and often lead nowhere."""
    return next((each for each in _candidates() if _runs(each)), None)


def _candidates() -> Iterator[Path]:
    name = "python{}.{}".format(*LAMBDA_PYTHON)
    yield Path(sys.executable)
    for folder in os.get_exec_path():
        yield Path(folder) / name
    yield from Path.home().glob(f".pyenv/versions/*/bin/{name}")


def _runs(interpreter: Path) -> bool:
    code = f"import sys; sys.exit(sys.version_info[:2] != {LAMBDA_PYTHON})"
    try:
        tried = subprocess.run([str(interpreter), "-c", code], check=False, capture_output=True)  # noqa: S603
    except OSError:
        return False
    return tried.returncode == 0


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


if __name__ == "__main__":
    target = Path(sys.argv[1])
    trim(target)
    strip(target)
    compile_all(target)
