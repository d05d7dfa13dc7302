"""What each function may do in AWS: what its work needs, and no more."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tams.object_stores.object_keys import PIECES, THUMBNAILS
from tests.template.conftest import resolver


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
        "arn:vast": functions.keys() - {"authorizer", "url_signer", "thumbnailer", "renderer"},
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


def test_the_authorizer_reads_the_secret_of_accounts_and_nothing_else(
    functions: dict[str, Any], template: dict[str, Any]
) -> None:
    resolve = resolver(template, AccessSecretArn="arn:accounts").resolve

    (statement,) = [it for name, it in statements(functions) if name == "authorizer"]

    assert statement["Action"] == "secretsmanager:GetSecretValue"
    assert resolve(statement["Resource"]) == "arn:accounts"
