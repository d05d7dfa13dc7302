"""Make the installed packages fit a Lambda layer: `python3 trim.py FOLDER`.

What goes was found out by removing it and running selects with every kind of predicate, inserts, updates,
deletes and errors: the vastdb SDK 2.0.14 and pyarrow 23 work without it. `verify.py` does that again.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

LAMBDA_PYTHON = (3, 13)

PACKAGES = (
    "adbc_driver_manager",  # replaced by STUB: the SDK imports it, and uses it only with ADBC drivers
    "botocore",  # these come with Lambda's runtime
    "dateutil/zoneinfo",
    "numpy*",  # pyarrow takes it when there; the SDK needs it for float16 predicates only
    "pandas*",  # only adbc_driver_manager would load it
    "pip",
    "setuptools",
    "tzdata*",
    "vastdb/bench",
    "vastdb/tests",
    "vastdb/vast_tests",
)
FOLDERS = ("tests", "test", "__pycache__", "include", "src")
FILES = (
    "*.pyi", "*.pyx", "*.pxd", "*.pxi", "*.h", "*.hpp", "*.c", "*.cc", "*.map", "*.a",
    "pyarrow/libarrow_flight*", "pyarrow/_flight*", "pyarrow/flight*",
    "pyarrow/libarrow_python_flight*", "pyarrow/libarrow_python_parquet_encryption*",
    "pyarrow/_parquet_encryption*", "pyarrow/_orc*", "pyarrow/_gcsfs*", "pyarrow/_azurefs*",
    "pyarrow/_hdfs*", "pyarrow/_substrait*", "pyarrow/_feather*",
    "fastapi_offline/static/redoc*",
)  # fmt: skip
IBIS_BACKENDS_KEPT = {"__init__.py", "sql"}

STUB = '''"""In place of the ADBC driver manager, which the vastdb SDK imports but does not need here."""
'''
STUB_DBAPI = """class Connection: ...


class Cursor: ...


def connect(*_args: object, **_kwargs: object) -> Connection:
    raise NotImplementedError("ADBC is not part of this layer")
"""


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
    backends = folder / "ibis" / "backends"
    for path in backends.iterdir():
        if path.name not in IBIS_BACKENDS_KEPT:
            _remove(path)
    _drop_duplicate_libraries(folder / "pyarrow")
    _stub_adbc(folder / "adbc_driver_manager")


def strip(folder: Path) -> None:
    """Remove symbols no running program needs; the same code remains."""
    tool = shutil.which("strip")
    if tool is None:
        sys.stderr.write("strip is not installed: the layer stays about 25 MB larger\n")
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


def _drop_duplicate_libraries(pyarrow: Path) -> None:
    """The wheel carries libarrow_python.so.N and an unversioned copy that nothing links to."""
    for path in pyarrow.glob("libarrow_python*.so"):
        if any(pyarrow.glob(f"{path.name}.*")):
            _remove(path)


def _stub_adbc(package: Path) -> None:
    package.mkdir(exist_ok=True)
    (package / "__init__.py").write_text(STUB)
    (package / "dbapi.py").write_text(STUB_DBAPI)


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
