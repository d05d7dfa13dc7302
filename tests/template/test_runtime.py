"""The built functions as Lambda runs them: its bootstrap, the built layers, and nothing else on the path.

`make verify` runs this; `make test` has no build.
"""

import json
import os
import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import boto3
import pytest

from local.intrinsics import load_yaml
from local.sample_events import SAMPLE_EVENTS
from tams.repositories.provision import provision
from tams.runtime.vast import vast_connection
from tests.integration.local_vast import a_local_vast, settings_for
from tests.moto_server import moto_server
from tests.template.conftest import ROOT, resolver
from tests.template.runtime_api import FunctionFailedError, RuntimeApi, runtime_api
from tests.template.test_build import RUNTIME_PACKAGES, sample_accounts, script

RUNTIME = ROOT / ".venv-lambda"
"""What Lambda's runtime brings, for its Python: `make verify` installs it."""
BUCKET = "tams-media"
QUEUES = ("OBJECT_CLEANUP", "DELETIONS", "EVENTS", "DELIVERIES", "COPIES", "RENDERS")

pytestmark = pytest.mark.skipif("TAMS_BUILD" not in os.environ, reason="run by make verify")

Invoke = Callable[[str, Any], Any]


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The variables that lead to a local VAST, S3 and queues."""
    data = tmp_path_factory.mktemp("vast")
    with a_local_vast(data) as vast_url, moto_server() as aws_url:
        settings = settings_for(vast_url)
        provision(vast_connection(settings))
        known: dict[str, Any] = {
            "endpoint_url": aws_url,
            "region_name": "us-east-1",
            "aws_access_key_id": "K",
            "aws_secret_access_key": "S",
        }
        boto3.client("s3", **known).create_bucket(Bucket=BUCKET)
        sqs = boto3.client("sqs", **known)
        backend = settings.storage_backends[0].model_dump(mode="json", exclude_none=True)
        backend |= {"access_key": "K", "secret_key": "S"}
        backend |= {"bucket": BUCKET, "endpoint_url": aws_url}
        yield {
            "TAMS_VAST__ENDPOINT": vast_url,
            "TAMS_VAST__BUCKET": "tams",
            "TAMS_VAST__SECRET_ARN": "",
            "TAMS_VAST__ACCESS_KEY": "K",
            "TAMS_VAST__SECRET_KEY": "S",
            "TAMS_STORAGE_BACKENDS": json.dumps([backend]),
            "TAMS_SQS_ENDPOINT_URL": aws_url,
            "TAMS_LAMBDA_ENDPOINT_URL": "http://127.0.0.1:1",
            **{
                f"TAMS_QUEUES__{name}": sqs.create_queue(QueueName=name.lower())["QueueUrl"]
                for name in QUEUES
            },
        }


@pytest.fixture(scope="module")
def interpreter() -> Path:
    found: Path | None = script("trim").find_lambda_python()
    if found is None or not (RUNTIME / "ready").is_file():
        pytest.skip("python3.13 is not installed, or make verify has not installed its bootstrap")
    return found


@pytest.fixture(scope="module")
def invoke(
    places: dict[str, str], interpreter: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Invoke]:
    """Starts a function at its first event, and keeps it for the next, as Lambda does."""
    build = Path(os.environ["TAMS_BUILD"]).resolve()
    logs = tmp_path_factory.mktemp("logs")
    brought = tmp_path_factory.mktemp("runtime")
    for name in RUNTIME_PACKAGES:
        (brought / name).symlink_to(Path(boto3.__file__).parents[1] / name)
    layers = [build / layer / "python" for layer in ("DependenciesLayer", "TamsLayer")]
    started: dict[str, RuntimeApi] = {}
    with ExitStack() as until_the_end:

        def start(name: str) -> RuntimeApi:
            logical_id = "".join(part.capitalize() for part in name.split("_")) + "Function"
            task = build / logical_id
            api = until_the_end.enter_context(runtime_api())
            path = os.pathsep.join(map(str, (task, *layers, RUNTIME, brought)))
            log = until_the_end.enter_context((logs / name).open("w"))
            bootstrap = [str(interpreter), "-S", "-B", "-m", "awslambdaric", "app.lambda_handler"]
            process = subprocess.Popen(
                bootstrap,
                cwd=task,
                env=variables(build, logical_id, places)
                | {
                    "PYTHONPATH": path,
                    "AWS_LAMBDA_RUNTIME_API": api.address,
                    "AWS_LAMBDA_FUNCTION_NAME": name,
                    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1769",
                    "AWS_LAMBDA_FUNCTION_VERSION": "1",
                },
                stdout=log,
                stderr=subprocess.STDOUT,
            )
            until_the_end.callback(process.wait)
            until_the_end.callback(process.kill)
            return api

        def call(name: str, event: Any) -> Any:
            if name not in started:
                started[name] = start(name)
            return started[name].invoke(event)

        yield call


def variables(build: Path, logical_id: str, places: dict[str, str]) -> dict[str, str]:
    """The built template's own, with local places for those that it names: `sam local` can set no others."""
    template = load_yaml((build / "template.yaml").read_text())
    own = template["Resources"][logical_id]["Properties"].get("Environment", {})
    common = template["Globals"]["Function"]["Environment"]
    named = resolver(template).resolve({**common["Variables"], **own.get("Variables", {})})
    assert places.keys() <= named.keys()
    if "TAMS_ACCESS__ACCOUNTS" in named:
        named |= {"TAMS_ACCESS__ACCOUNTS": sample_accounts().model_dump_json()}
    lambdas = {
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "K",
        "AWS_SECRET_ACCESS_KEY": "S",
        "POWERTOOLS_TRACE_DISABLED": "true",  # as `sam local` does
    }
    return {name: str(value) for name, value in (named | places | lambdas).items()}


def sample(path: str) -> Any:
    return json.loads((ROOT / "events" / path).read_text())


WITHOUT_EVENT = [
    ("sources", "/sources"),
    ("profiles", "/service/profiles"),
    ("objects", "/objects/none"),
    ("collections", "/collections"),
    ("recycle_bin", "/recycle-bin"),
    ("console", "/console"),
    ("playback", "/flows/00000000-0000-4000-8000-000000000001/hls.m3u8"),
]
"""Functions without a sample event, and a path of theirs."""


def test_every_sample_event_is_played_and_every_function_has_one() -> None:
    files = {str(path.relative_to(ROOT / "events")) for path in (ROOT / "events").rglob("*.json")}
    functions = {path.parent.name for path in ROOT.glob("functions/*/app.py")}
    without = {name for name, _ in WITHOUT_EVENT}  # answered below

    assert {event for _, event in SAMPLE_EVENTS} == files
    assert {name for name, _ in SAMPLE_EVENTS} == functions - without


def test_a_flow_lives_under_lambdas_own_bootstrap(invoke: Invoke) -> None:
    answers = {event: invoke(name, sample(event)) for name, event in SAMPLE_EVENTS}

    assert answers["invoke/provision.json"] == {"ready": True, "to_do": []}
    found = answers["authorizer/static_token.json"]
    assert found["isAuthorized"]
    assert json.loads(found["context"]["caller"])["name"] == "sample"
    statuses = {
        event: answer["statusCode"] for event, answer in answers.items() if event.startswith("api/")
    }
    assert statuses == {
        "api/get_service.json": 200,
        "api/put_flow.json": 201,
        "api/post_storage.json": 201,
        "api/post_segments.json": 201,
        "api/get_segments.json": 200,
        "api/get_flow.json": 200,
        "api/get_events.json": 200,
        "api/post_webhook.json": 201,
        "api/delete_flow.json": 204,
        "api/get_delete_requests.json": 200,
    }
    (segment,) = json.loads(answers["api/get_segments.json"]["body"])
    assert segment["timerange"] == "[0:0_2:0)"
    assert json.loads(answers["api/get_flow.json"]["body"])["timerange"] == "[0:0_2:0)"
    assert len(answers["invoke/url_signer.json"]["urls"]) == 2
    assert answers["invoke/thumbnailer.json"]["fault"]["kind"] == "no bytes"
    for event, answer in answers.items():
        if event.startswith("sqs/"):
            assert answer == {"batchItemFailures": []}, event
    assert set(answers["schedule/sweeper.json"]) >= {"objects", "webhooks", "uploads"}


@pytest.mark.parametrize(("name", "path"), WITHOUT_EVENT)
def test_functions_without_a_sample_event_answer_too(name: str, path: str, invoke: Invoke) -> None:
    event = sample("api/get_service.json")
    event["rawPath"] = event["requestContext"]["http"]["path"] = path

    answer = invoke(name, event)

    assert answer["statusCode"] == (404 if path.endswith(("none", ".m3u8")) else 200)


def test_an_exception_is_an_error_of_the_function(invoke: Invoke) -> None:
    with pytest.raises(FunctionFailedError, match=re.escape("KeyError: 'objects'")):
        invoke("url_signer", {})

    assert invoke("url_signer", {"objects": []}) == {"urls": []}, "and the next event is served"
