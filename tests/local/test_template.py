from dataclasses import replace
from pathlib import Path

import pytest

from local.application import Application
from local.credentials import Credentials
from local.environment import LocalValues
from local.errors import TemplateError
from local.function_host import common_environment
from local.parts import default_template
from local.ports import Ports
from local.template import read_application

from .conftest import TEMPLATE

VALUES = LocalValues(Ports(), Credentials.from_json({}), "http://127.0.0.1:9000", {"EXTRA": "1"})


@pytest.fixture
def application() -> Application:
    return read_application(TEMPLATE, VALUES)


def read(tmp_path: Path, text: str) -> Application:
    path = tmp_path / "template.yaml"
    path.write_text(text)
    return read_application(path, VALUES)


def test_a_functions_environment_is_the_templates_with_local_values(
    application: Application,
) -> None:
    environment = application.functions["echo"].environment

    assert environment["FIXTURE_COLOUR"] == "green"
    assert environment["FIXTURE_QUEUE"] == "http://127.0.0.1:9324/123456789012/WorkQueue"
    assert environment["FIXTURE_PLACE"] == "us-east-1/WorkQueue"
    assert environment["FIXTURE_MODE"] == "local"
    assert environment["POWERTOOLS_SERVICE_NAME"] == "echo"
    assert environment["TAMS_VAST__ENDPOINT"] == "http://127.0.0.1:9090"
    assert environment["TAMS_VAST__ACCESS_KEY"] == VALUES.credentials.vast.access_key
    assert environment["EXTRA"] == "1"
    assert "TAMS_VAST__SECRET_ARN" not in environment
    assert "TAMS_STORAGE_BACKENDS" not in environment, "the template does not give it"


def test_a_function_is_found_by_its_folder_and_handler(application: Application) -> None:
    function = application.functions["echo"]

    assert (function.module, function.attribute) == ("handlers.echo.app", "lambda_handler")
    assert (function.timeout_seconds, function.memory_mb) == (2, 256)


def test_queues_keep_their_attributes_and_a_false_condition_removes_one(
    application: Application,
) -> None:
    queues = {queue.name: queue.attributes for queue in application.queues}

    assert set(queues) == {"WorkQueue", "WorkDeadLetters", "uploads"}
    assert queues["WorkQueue"]["RedrivePolicy"] == {
        "deadLetterTargetArn": "arn:aws:sqs:us-east-1:123456789012:WorkDeadLetters",
        "maxReceiveCount": 2,
    }


def test_events_become_sources_schedules_and_notifications(application: Application) -> None:
    work, uploads = application.queue_sources

    assert (work.batch_size, work.window_seconds, work.reports_failures) == (10, 0, True)
    assert (uploads.batch_size, uploads.window_seconds, uploads.reports_failures) == (1, 1, False)
    assert [(it.name, it.every_seconds) for it in application.schedules] == [("often", 1)]
    assert application.upload_queue_arns == (uploads.queue_arn,)
    assert application.unsupported == ("timer: cron(0 3 * * ? *)",)


def test_functions_that_contradict_each_other_are_refused(tmp_path: Path) -> None:
    text = """
Resources:
  A:
    Type: AWS::Serverless::Function
    Properties:
      {CodeUri: a/, Handler: app.f, Environment: {Variables: {LIMIT: 1, ONLY_A: x}}}
  B:
    Type: AWS::Serverless::Function
    Properties:
      {CodeUri: b/, Handler: app.f, Environment: {Variables: {LIMIT: 2}}}
"""

    with pytest.raises(TemplateError, match="a and b have different values of LIMIT"):
        common_environment(read(tmp_path, text).functions)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("!Ref Cluster", "A: parameter Cluster has no default"),
        ("!Ref Nothing", "no such parameter or resource"),
        ("!GetAtt Nothing.Arn", "no such resource"),
        ("!ImportValue x", "does not support Fn::ImportValue"),
    ],
)
def test_a_gap_is_named(tmp_path: Path, value: str, message: str) -> None:
    text = f"""
Parameters: {{Cluster: {{Type: String}}}}
Resources:
  A:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: a/
      Handler: app.f
      Environment: {{Variables: {{V: {value}}}}}
"""

    with pytest.raises(TemplateError, match=message):
        read(tmp_path, text)


def test_the_projects_own_template_can_be_read() -> None:
    application = read_application(default_template(), VALUES)

    assert {"flows", "sources", "flow_segments", "object_cleanup"} <= set(application.functions)
    assert common_environment(application.functions)["TAMS_VAST__BUCKET"] == "tams"
    assert application.unsupported == ()


def test_webhooks_may_be_on_loopback_while_nobody_listens_beyond_it() -> None:
    networks, ports = "TAMS_WEBHOOKS__ALLOWED_NETWORKS", "TAMS_WEBHOOKS__OWN_PORTS"
    for host in ("127.0.0.1", "127.0.0.2", "localhost", "::1"):
        assert "127.0.0.0/8" in replace(VALUES, host=host).replaced[networks]
    for host in ("0.0.0.0", "::", "192.0.2.1"):  # noqa: S104 - not bound
        assert replace(VALUES, host=host).replaced[networks] == "[]"
    assert VALUES.added[ports] == "[8000, 9090, 9000, 9324]"
