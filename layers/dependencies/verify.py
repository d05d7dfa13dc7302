"""Try out the built layers with Lambda's Python, where there is one: `python3 verify.py .aws-sam/build`.

Imports every function from the build, with nothing but the layers and what Lambda's runtime brings (boto3,
which is stood in for), and makes the requests of a select with every kind of predicate we use. It writes
nothing into the build, which may be deployed next.
"""

import importlib
import importlib.util
import os
import subprocess
import sys
import time
import types
from pathlib import Path

ENVIRONMENT = {
    "TAMS_VAST__ENDPOINT": "http://127.0.0.1:1",
    "TAMS_VAST__BUCKET": "b",
    "TAMS_VAST__ACCESS_KEY": "k",
    "TAMS_VAST__SECRET_KEY": "s",
    "TAMS_STORAGE_BACKENDS": "[]",
    "TAMS_QUEUES__OBJECT_CLEANUP": "http://127.0.0.1:1/q",
    "TAMS_QUEUES__DELETIONS": "http://127.0.0.1:1/q",
    "TAMS_QUEUES__EVENTS": "http://127.0.0.1:1/q",
    "TAMS_QUEUES__DELIVERIES": "http://127.0.0.1:1/q",
    "TAMS_QUEUES__COPIES": "http://127.0.0.1:1/q",
    "TAMS_QUEUES__RENDERS": "http://127.0.0.1:1/q",
    "POWERTOOLS_TRACE_DISABLED": "true",
}
PACKAGES = (
    "fastapi",
    "mangum",
    "aws_lambda_powertools",
    "python_multipart.multipart",
    "tams.runtime.http_handler",
)


LIGHT = ("AuthorizerFunction", "UrlSignerFunction")
"""One runs before each request, the other before events are sent: they are to start fast."""

RUNTIME_MODULES = (
    "boto3",
    "boto3.exceptions",
    "botocore",
    "botocore.config",
    "botocore.exceptions",
)


class _Anything(types.ModuleType):
    """Stands in for boto3 and botocore, which Lambda's runtime brings along."""

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (Exception,), {})


def main(build: Path) -> int:
    if not sys.flags.isolated:
        return _again_with_lambda_python(build)
    sys.path[:0] = [str(build / "DependenciesLayer/python"), str(build / "TamsLayer/python")]
    os.environ |= ENVIRONMENT
    for name in RUNTIME_MODULES:
        sys.modules[name] = _Anything(name)
    compiled = any((build / "DependenciesLayer").rglob("*.pyc"))
    for name in LIGHT:
        _import_light(build / f"{name}/app.py")
    started = time.perf_counter()
    for name in PACKAGES:
        importlib.import_module(name)
    took_ms = (time.perf_counter() - started) * 1000
    sys.stdout.write(
        f"imports of a function: {took_ms:.0f} ms ({'with' if compiled else 'no'} byte code)\n"
    )
    for app in sorted(build.glob("*Function/app.py")):
        assert callable(_imported(app).lambda_handler)
        sys.stdout.write(f"{app.parent.name}: imports\n")
    _make_requests()
    return 0


def _import_light(app: Path) -> None:
    """Before all others, so that what it brings along is seen."""
    started = time.perf_counter()
    _imported(app)
    took_ms = (time.perf_counter() - started) * 1000
    sys.stdout.write(f"imports of {app.parent.name}: {took_ms:.0f} ms\n")
    heavy = {"fastapi", "tams.repositories", "tams.vast"} & sys.modules.keys()
    assert not heavy, f"{app.parent.name} imports {', '.join(sorted(heavy))}"


def _imported(app: Path) -> types.ModuleType:
    spec = importlib.util.spec_from_file_location(app.parent.name, app)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _again_with_lambda_python(build: Path) -> int:
    """Isolated, so that no package of this machine can stand in for one that is missing."""
    from trim import find_lambda_python  # noqa: PLC0415

    interpreter = find_lambda_python()
    if interpreter is None:
        sys.stdout.write("python3.13 is not installed: the built layers were not tested\n")
        return 0
    command = [str(interpreter), "-I", "-S", "-B", __file__, str(build.resolve())]
    return subprocess.run(command, check=False).returncode  # noqa: S603


def _make_requests() -> None:
    """Predicates, rows and signatures as the repositories make them."""
    from tams.repositories.all_tables import ALL  # noqa: PLC0415
    from tams.repositories.tables import SEGMENTS  # noqa: PLC0415
    from tams.vast.arrow_writer import row_streams  # noqa: PLC0415
    from tams.vast.query_message import query_message  # noqa: PLC0415
    from tams.vast.signature import Signer  # noqa: PLC0415
    from tams.vast.where import col  # noqa: PLC0415

    predicate = (
        (col["flow_id"] == "f")
        & col["start_time"].between("1", "2")
        & (col["end_time"] > "3")
        & col["object_id"].isin(["a", "b"])
        & col["event_id"].notnull()
    )
    message = query_message(SEGMENTS.columns, ("flow_id", "start_time"), predicate)
    assert Signer("k", "s", "vast").headers("GET", "/b/s/segments", "data", message)
    for each in ALL:
        assert list(row_streams(each.columns, [{}]))
    sys.stdout.write("requests to VAST can be made\n")


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    sys.exit(main(Path(sys.argv[1])))
