"""Try out the built layers with Lambda's Python: `python3.13 -I verify.py .aws-sam/build`.

Imports every function from the build, with nothing but the layers and what Lambda's runtime brings (boto3,
which is stood in for), and makes the requests of a select with every kind of predicate we use.
"""

import importlib.util
import os
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
    "POWERTOOLS_TRACE_DISABLED": "true",
}


class _Anything(types.ModuleType):
    """Stands in for boto3 and botocore, which Lambda's runtime brings along."""

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (Exception,), {})


def main(build: Path) -> int:
    sys.path[:0] = [str(build / "DependenciesLayer/python"), str(build / "TamsLayer/python")]
    os.environ |= ENVIRONMENT
    for name in ("boto3", "botocore", "botocore.config", "botocore.exceptions"):
        sys.modules[name] = _Anything(name)
    started = time.perf_counter()
    import tams.runtime.aws  # noqa: F401, PLC0415

    took_ms = (time.perf_counter() - started) * 1000
    sys.stdout.write(f"import of the API's runtime: {took_ms:.0f} ms\n")
    for app in sorted(build.glob("*Function/app.py")):
        spec = importlib.util.spec_from_file_location(app.parent.name, app)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        assert callable(module.lambda_handler)
        sys.stdout.write(f"{app.parent.name}: imports\n")
    _make_requests()
    return 0


def _make_requests() -> None:
    """Predicates, record batches and row ids as the repositories make them."""
    import ibis  # noqa: PLC0415
    import pyarrow as pa  # noqa: PLC0415
    from vastdb import _internal, util  # noqa: PLC0415

    from tams.repositories.session import VastConnection  # noqa: PLC0415
    from tams.repositories.tables import ALL, SEGMENTS  # noqa: PLC0415

    connection = VastConnection("http://127.0.0.1:1", "k", "s", "b", "s")
    table = connection.metadata(SEGMENTS).ibis_table
    predicate = (
        (table.flow_id == "f")
        & table.start_ns.between(1, 2)
        & (table.end_ns > 3)
        & table.object_id.isin(["a", "b"])
        & ~table.event_id.isnull()
    )
    request = _internal.build_query_data_request(
        schema=SEGMENTS.columns, predicate=predicate, field_names=["flow_id", "start_ns"]
    )
    assert request.serialized
    for each in ALL:
        batch = pa.RecordBatch.from_pylist([{}], schema=each.columns)
        assert list(util.iter_serialized_slices(batch, 10))
    assert ibis.__version__
    sys.stdout.write("requests to VAST can be made\n")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
