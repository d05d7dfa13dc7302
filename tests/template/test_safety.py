"""What the template must never lose: least privilege, encryption, and someone who receives alarms."""

import importlib
import re
from collections.abc import Iterator
from fnmatch import fnmatch
from typing import Any

import pytest
from fastapi import APIRouter
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts

from tams.models.piece import KEPT
from tams.object_stores.object_keys import PIECES, THUMBNAILS
from tests.template.conftest import ROOT, resolver


def of_type(template: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    return {
        name: resource.get("Properties", {})
        for name, resource in template["Resources"].items()
        if resource["Type"] == kind
    }


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def statements(functions: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, properties in functions.items():
        for policy in properties.get("Policies", []):
            for statement in as_list(policy["Statement"]):
                yield name, statement


def test_no_function_may_do_everything_or_touch_everything(
    functions: dict[str, Any], template: dict[str, Any]
) -> None:
    allowed = list(statements(functions))

    assert allowed
    for name, statement in allowed:
        assert statement["Effect"] == "Allow", name
        assert not any("*" in action for action in as_list(statement["Action"])), name
        # Every object of the media bucket, and only of it, is as wide as it gets.
        for resource in as_list(resolver(template).resolve(statement["Resource"])):
            assert resource != "*", name
            assert "*" not in re.sub(r"/(media|thumbnails|renders)/\*$", "", resource), name


@pytest.mark.parametrize(
    ("function", "actions"),
    [
        ("flow_segments", {"s3:GetObject", "s3:PutObject"}),
        ("playback", {"s3:GetObject", "s3:ListBucket"}),
        ("thumbnailer", {"s3:GetObject", "s3:ListBucket", "s3:PutObject"}),
        ("renderer", {"s3:GetObject", "s3:ListBucket", "s3:PutObject"}),
        ("media_storage", {"s3:PutObject"}),
        ("object_cleanup", {"s3:DeleteObject"}),
        ("events", {"s3:GetObject"}),
        ("object_created", {"s3:GetObject", "s3:ListBucket"}),
        ("objects", {"s3:GetObject"}),
        (
            "object_copy",
            {"s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload", "s3:DeleteObject"},
        ),
        ("service", {"s3:ListBucket"}),
        ("flows", set()),
        ("collections", set()),
        ("authorizer", set()),
        ("webhook_fanout", set()),
        ("webhook_delivery", set()),
        ("url_signer", {"s3:GetObject"}),
        ("provision", set()),
        ("sources", set()),
        ("profiles", set()),
        ("sweeper", {"s3:GetObject", "s3:ListBucket"}),
        ("webhooks", set()),
        ("flow_delete_requests", set()),
        ("recycle_bin", set()),
        ("console", set()),
        ("deletion_worker", set()),
    ],
)
def test_a_function_touches_media_no_more_than_its_work_asks(
    function: str, actions: set[str], functions: dict[str, Any]
) -> None:
    found = {
        action
        for name, statement in statements(functions)
        if name == function
        for action in as_list(statement["Action"])
        if action.startswith("s3:")
    }

    assert found == actions


@pytest.mark.parametrize("given", ["", "arn:storage"])
def test_functions_read_the_secrets_of_what_they_touch_and_no_other(
    given: str, functions: dict[str, Any], template: dict[str, Any]
) -> None:
    resolve = resolver(
        template, StorageSecretArn=given, VastSecretArn="arn:vast", AccessSecretArn="arn:accounts"
    ).resolve
    touching_media = {
        name
        for name, statement in statements(functions)
        if any(each.startswith("s3:") for each in as_list(statement["Action"]))
    }
    read: dict[str, set[str]] = {name: set() for name in functions}
    for name, statement in statements(functions):
        if "secretsmanager:GetSecretValue" in as_list(statement["Action"]):
            read[name] |= {resolve(each) for each in as_list(statement["Resource"])}

    secrets = {
        "arn:vast": functions.keys()
        - {"authorizer", "url_signer", "thumbnailer", "renderer", "console"},
        "arn:storage": touching_media if given else set(),
        "arn:accounts": {"authorizer"},
    }
    assert touching_media
    for secret, readers in secrets.items():
        assert {name for name, arns in read.items() if secret in arns} == readers, secret
    others = set().union(*read.values()) - secrets.keys()
    assert all(each.endswith(":there-is-none") for each in others)


def test_two_functions_invoke_another_that_can_do_what_they_cannot(
    functions: dict[str, Any],
) -> None:
    invoking = {
        name: statement["Resource"]
        for name, statement in statements(functions)
        if "lambda:InvokeFunction" in as_list(statement["Action"])
    }

    signer, thumbnailer = (
        {"Ref": f"{name}Function.Alias"} for name in ("UrlSigner", "Thumbnailer")
    )
    assert invoking == {"webhook_delivery": signer, "playback": thumbnailer}
    assert functions["webhook_delivery"]["Variables"]["TAMS_URL_SIGNER"] == signer
    assert functions["playback"]["Variables"]["TAMS_THUMBNAILER"] == thumbnailer


@pytest.mark.parametrize(("name", "prefix"), [("thumbnailer", THUMBNAILS), ("renderer", PIECES)])
def test_functions_that_decode_write_what_they_make_and_nothing_else(
    functions: dict[str, Any], template: dict[str, Any], name: str, prefix: str
) -> None:
    resolve = resolver(template).resolve
    written = {
        resolve(statement["Resource"])
        for each, statement in statements(functions)
        if each == name and "s3:PutObject" in as_list(statement["Action"])
    }
    with_ffmpeg = {
        name for name, each in functions.items() if {"Ref": "MediaLayer"} in each["Layers"]
    }

    (resource,) = written
    assert resource.endswith(f"/{prefix}*")
    assert with_ffmpeg == {"thumbnailer", "renderer"}


def test_what_can_be_made_again_goes_and_media_never(template: dict[str, Any]) -> None:
    bucket = resolver(template).resolve(template["Resources"]["MediaBucket"]["Properties"])
    rules = bucket["LifecycleConfiguration"]["Rules"]

    expiring = [each for each in rules if "ExpirationInDays" in each]
    assert [(each["Prefix"], each["ExpirationInDays"]) for each in expiring] == [
        (THUMBNAILS, 7),
        (PIECES, KEPT.days),
    ]


def test_every_queue_is_encrypted_and_ends_in_dead_letters_that_raise_an_alarm(
    template: dict[str, Any],
) -> None:
    queues = of_type(template, "AWS::SQS::Queue")
    redriven = {
        queue["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]
        for queue in queues.values()
        if "RedrivePolicy" in queue
    }
    watched = {
        dimension["Value"]["Fn::GetAtt"][0]
        for alarm in of_type(template, "AWS::CloudWatch::Alarm").values()
        if alarm.get("Namespace") == "AWS/SQS"
        for dimension in alarm["Dimensions"]
    }

    for queue in queues.values():
        assert resolver(template).resolve(queue)["SqsManagedSseEnabled"] is True
        assert resolver(template, KmsKeyArn="arn:key").resolve(queue)["KmsMasterKeyId"] == "arn:key"
    assert {name for name, queue in queues.items() if "RedrivePolicy" not in queue} == redriven
    assert redriven <= watched


def test_only_what_removes_media_may_delete_it(functions: dict[str, Any]) -> None:
    deleting = {
        name
        for name, statement in statements(functions)
        if "s3:DeleteObject" in as_list(statement["Action"])
    }

    assert deleting == {"object_cleanup", "object_copy"}


def test_every_function_is_in_the_table_above(functions: dict[str, Any]) -> None:
    table = test_a_function_touches_media_no_more_than_its_work_asks
    (marked,) = (each for each in table.pytestmark if each.name == "parametrize")

    assert {name for name, _ in marked.args[1]} == functions.keys()


def test_queues_are_reached_by_tls_only(template: dict[str, Any]) -> None:
    queues = of_type(template, "AWS::SQS::Queue")
    covered: set[str] = set()
    for policy in of_type(template, "AWS::SQS::QueuePolicy").values():
        for statement in policy["PolicyDocument"]["Statement"]:
            if statement["Effect"] == "Deny":
                assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
                covered |= {each["Ref"] for each in policy["Queues"]}

    assert covered == queues.keys()


def test_secrets_are_named_by_arn_and_never_given(template: dict[str, Any]) -> None:
    for name in template["Parameters"]:
        assert not name.endswith(("Key", "Password", "Token")), name
        if "Secret" in name:
            assert name.endswith("Arn")


def test_media_is_private_encrypted_and_outlives_the_stack(template: dict[str, Any]) -> None:
    bucket = template["Resources"]["MediaBucket"]
    policy = template["Resources"]["MediaBucketPolicy"]["Properties"]["PolicyDocument"]

    assert all(bucket["Properties"]["PublicAccessBlockConfiguration"].values())
    assert bucket["Properties"]["BucketEncryption"]
    assert bucket["DeletionPolicy"] == bucket["UpdateReplacePolicy"] == "Retain"
    assert [(it["Effect"], it["Condition"]) for it in policy["Statement"]] == [
        ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    ]


def test_the_authorizer_reads_the_secret_of_accounts_and_nothing_else(
    functions: dict[str, Any], template: dict[str, Any]
) -> None:
    resolve = resolver(template, AccessSecretArn="arn:accounts").resolve

    (statement,) = [it for name, it in statements(functions) if name == "authorizer"]

    assert statement["Action"] == "secretsmanager:GetSecretValue"
    assert resolve(statement["Resource"]) == "arn:accounts"


@pytest.mark.parametrize(
    ("parameters", "starts"),
    [
        ({}, False),
        ({"AllowOpenAccess": "true"}, True),
        ({"AccessIssuers": '[{"issuer": "https://id.test", "audiences": ["tams"]}]'}, True),
        ({"AccessSecretArn": "arn:accounts"}, True),
        ({"AccessSecretArn": "arn:accounts", "AllowOpenAccess": "true"}, False),
    ],
    ids=lambda it: "+".join(it) if isinstance(it, dict) else "",
)
def test_an_open_api_is_deployed_only_when_that_is_said(
    parameters: dict[str, str], starts: bool, template: dict[str, Any]
) -> None:
    assertions = template["Rules"]["RefuseToStartOpen"]["Assertions"]
    resolve = resolver(template, **parameters).resolve

    assert all(resolve(each["Assert"]) for each in assertions) is starts


def test_every_route_of_the_api_asks_the_authorizer(template: dict[str, Any]) -> None:
    (api,) = of_type(template, "AWS::Serverless::HttpApi").values()

    assert api["Auth"]["DefaultAuthorizer"] in api["Auth"]["Authorizers"]
    for name, function in of_type(template, "AWS::Serverless::Function").items():
        for event in function.get("Events", {}).values():
            assert "Auth" not in event.get("Properties", {}), f"{name} goes round the authorizer"


def test_logs_end_some_day_and_calls_are_traced(
    functions: dict[str, Any], template: dict[str, Any]
) -> None:
    groups = of_type(template, "AWS::Logs::LogGroup")

    for name, properties in functions.items():
        assert properties["LoggingConfig"]["LogGroup"]["Ref"] in groups, name
        assert properties["Tracing"] == "Active", name
    assert all("RetentionInDays" in group for group in groups.values())


def test_a_players_page_may_seek_in_media_and_upload_with_metadata(
    template: dict[str, Any],
) -> None:
    """Range and x-amz-meta-* may be asked for; what tells a part from the whole may be read."""
    for name, properties in of_type(template, "AWS::S3::Bucket").items():
        (rule,) = properties["CorsConfiguration"]["CorsRules"]

        assert {"ETag", "Content-Length", "Content-Range", "Accept-Ranges"} <= set(
            rule["ExposedHeaders"]
        ), name
        assert {"GET", "HEAD", "PUT"} <= set(rule["AllowedMethods"]), name
        asked = ("range", "content-type", "x-amz-meta-tams-timerange")
        for header in asked:
            assert any(fnmatch(header, each.lower()) for each in rule["AllowedHeaders"]), header


def test_pages_may_send_each_header_that_functions_read_and_no_others(
    template: dict[str, Any],
) -> None:
    cors = template["Resources"]["Api"]["Properties"]["CorsConfiguration"]
    read = {
        name
        for app in (ROOT / "functions").glob("*/app.py")
        for route in iter_route_contexts(_router(app.parent.name).routes)
        if isinstance(route.original_route, APIRoute)
        for name in _headers_of(route.original_route.dependant)
    }

    assert {each.lower() for each in cors["AllowHeaders"]} == read | {
        "accept",
        "authorization",
        "content-type",
    }
    assert not cors.get("AllowCredentials")


def _router(function: str) -> APIRouter:
    """That of a function without HTTP routes is empty."""
    app = importlib.import_module(f"functions.{function}.app")
    router: APIRouter = getattr(app, "router", APIRouter())
    return router


def _headers_of(dependant: Dependant) -> Iterator[str]:
    yield from (each.alias.lower() for each in dependant.header_params)
    for each in dependant.dependencies:
        yield from _headers_of(each)
