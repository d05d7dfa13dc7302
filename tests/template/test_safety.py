"""Queues, media, logs and the API of the template: encrypted, private, kept, and open only on request."""

import importlib
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
