"""The output of `sam build`, as deployed. `make verify` runs this; `make test` has no build."""

import importlib.util
import json
import os
import subprocess
from pathlib import Path
from types import ModuleType
from typing import Any

import boto3
import pytest

from tams.access.accounts import Account, Accounts, hash_token
from tams.models.caller import Scope
from tams.repositories.provision import provision
from tams.runtime.vast import vast_connection
from tests.cli import made_media
from tests.integration.local_vast import a_local_vast, settings_for
from tests.template.conftest import ROOT

LAYERS_MB_MAX = 50
RUNTIME_PACKAGES = ("boto3", "botocore", "s3transfer")
EVENTS = [
    ("service", "api/get_service.json"),
    ("flows", "api/put_flow.json"),
    ("media_storage", "api/post_storage.json"),
    ("flow_segments", "api/post_segments.json"),
    ("flow_segments", "api/get_segments.json"),
    ("flows", "api/get_flow.json"),
    ("flows", "api/delete_flow.json"),
    ("object_cleanup", "sqs/object_cleanup.json"),
    ("sweeper", "schedule/sweeper.json"),
    ("webhooks", "api/post_webhook.json"),
    ("flow_delete_requests", "api/get_delete_requests.json"),
    ("deletion_worker", "sqs/deletion_worker.json"),
    ("webhook_fanout", "sqs/webhook_fanout.json"),
    ("webhook_delivery", "sqs/webhook_delivery.json"),
    ("events", "api/get_events.json"),
    ("object_copy", "sqs/object_copy.json"),
    ("object_created", "sqs/object_created.json"),
    ("provision", "invoke/provision.json"),
    ("url_signer", "invoke/url_signer.json"),
    ("authorizer", "authorizer/static_token.json"),
]

pytestmark = pytest.mark.skipif("TAMS_BUILD" not in os.environ, reason="run by make verify")


@pytest.fixture
def build() -> Path:
    path = Path(os.environ["TAMS_BUILD"]).resolve()
    assert (path / "template.yaml").is_file(), f"{path} does not contain a build: run make build"
    return path


def script(name: str) -> ModuleType:
    """One of the programs beside the layer's requirements, which are no package."""
    spec = importlib.util.spec_from_file_location(name, ROOT / f"layers/dependencies/{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def runtime(tmp_path: Path) -> Path:
    """boto3 and its own, as Lambda's runtime brings them: without whatever else is installed here."""
    folder = tmp_path / "runtime"
    folder.mkdir()
    installed = Path(boto3.__file__).parents[1]
    for name in RUNTIME_PACKAGES:
        (folder / name).symlink_to(installed / name)
    return folder


def test_the_layers_fit_lambda(
    build: Path, record_testsuite_property: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    size = script("size")

    assert size.main(build) == 0
    table = capsys.readouterr().out
    total = sum(size.megabytes(build / name) for name in ("DependenciesLayer", "TamsLayer"))
    record_testsuite_property("layers_mb", round(total, 1))
    with capsys.disabled():
        print(f"\n{table}")  # noqa: T201 - the number is what one looks for
    assert 20 < total <= LAYERS_MB_MAX


def test_the_build_holds_nothing_that_only_this_machine_needs(build: Path) -> None:
    folders = {path.name for path in (build / "DependenciesLayer/python").iterdir()}

    assert {"fastapi", "mangum", "aws_lambda_powertools", "httptools", "flatbuffers"} <= folders
    assert not {"vastdb", "pyarrow", "ibis"} & folders
    assert not folders & {"boto3", "botocore", "numpy", "pandas", "pip", "pytest", "tams"}
    assert [path.name for path in (build / "TamsLayer/python").iterdir()] == ["tams"]


def test_byte_code_is_taken_as_it_is_on_a_read_only_disk(build: Path) -> None:
    compiled = [path.read_bytes()[:8] for path in build.rglob("*.pyc")]
    if script("trim").find_lambda_python() is None:
        pytest.skip("python3.13 is not installed")

    assert len(compiled) > 500
    # Flags of PEP 552: a hash instead of a time, and not to be checked.
    assert {int.from_bytes(head[4:], "little") for head in compiled} == {0b01}


def test_a_flow_lives_on_the_built_functions_alone(build: Path, runtime: Path) -> None:
    interpreter = script("trim").find_lambda_python()
    if interpreter is None:
        pytest.skip("python3.13 is not installed")

    with a_local_vast(runtime.parent / "vast") as vast_url:
        settings = settings_for(vast_url)
        provision(vast_connection(settings))
        backend = settings.storage_backends[0].model_dump(mode="json", exclude_none=True)
        command = [interpreter, "-I", "-S", "-B", Path(__file__).with_name("play_events.py")]
        done = subprocess.run(
            [*command, build, runtime, ROOT / "events"],
            input=json.dumps(EVENTS),
            env=environment(vast_url, backend | {"access_key": "K", "secret_key": "S"}),
            capture_output=True,
            text=True,
            check=False,
        )

    assert done.returncode == 0, done.stderr
    answers = json.loads(done.stdout.splitlines()[-1])
    assert [each.get("statusCode") for each in answers[:7]] == [200, 201, 201, 201, 200, 200, 204]
    assert [each["timerange"] for each in json.loads(answers[4]["body"])] == ["[0:0_2:0)"]
    # S3 is not there: the record comes back to the queue, and nothing is forgotten.
    assert len(answers[7]["batchItemFailures"]) == 1
    assert answers[8]["objects"] == 0
    assert all("X-Amz-Signature=" in url for url in answers[-2]["urls"])
    assert json.loads(answers[-1]["context"]["caller"])["name"] == "sample"


def test_the_media_layer_decodes(build: Path, tmp_path: Path) -> None:
    interpreter = script("trim").find_lambda_python()
    if interpreter is None:
        pytest.skip("python3.13 is not installed")
    media = made_media.make(tmp_path / "media.ts", video="mpeg2video")
    order = {"path": str(media), "at_ns": 10**9, "start_ns": 0, "end_ns": 2 * 10**9, "width": 320}
    layers = [str(build / f"{name}/python") for name in ("MediaLayer", "TamsLayer")]

    done = subprocess.run(
        [interpreter, "-S", "-B", "-P", "-m", "tams.media.still"],
        input=json.dumps(order).encode() + b"\n",
        env={"PYTHONPATH": os.pathsep.join(layers)},
        capture_output=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout[:3] == b"\xff\xd8\xff"


def sample_accounts() -> Accounts:
    """Whoever has the token of the sample event may read."""
    token = Account(name="sample", hash=hash_token("sample-token"), scopes=(Scope.READ,))
    return Accounts(tokens=(token,))


def environment(vast_url: str, backend: dict[str, Any]) -> dict[str, str]:
    return {
        "TAMS_VAST__ENDPOINT": vast_url,
        "TAMS_VAST__BUCKET": "tams",
        "TAMS_VAST__ACCESS_KEY": "K",
        "TAMS_VAST__SECRET_KEY": "S",
        "TAMS_STORAGE_BACKENDS": json.dumps([backend]),
        "TAMS_QUEUES__OBJECT_CLEANUP": "http://127.0.0.1:1/queue",
        "TAMS_ACCESS__ACCOUNTS": sample_accounts().model_dump_json(),
        "TAMS_QUEUES__DELETIONS": "http://127.0.0.1:1/queue",
        "TAMS_QUEUES__EVENTS": "http://127.0.0.1:1/queue",
        "TAMS_QUEUES__DELIVERIES": "http://127.0.0.1:1/queue",
        "TAMS_QUEUES__COPIES": "http://127.0.0.1:1/queue",
        "TAMS_QUEUES__RENDERS": "http://127.0.0.1:1/queue",
        "TAMS_SQS_ENDPOINT_URL": "http://127.0.0.1:1",
        "AWS_ACCESS_KEY_ID": "none",
        "AWS_SECRET_ACCESS_KEY": "none",
        "POWERTOOLS_TRACE_DISABLED": "true",
    }
