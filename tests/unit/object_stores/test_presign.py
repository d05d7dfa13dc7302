"""Our presigned URLs are boto3's, byte for byte."""

from datetime import UTC, datetime
from typing import Any
from unittest import mock

import boto3
import pytest
from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials as BotoCredentials

from tams.aws.credentials import Credentials
from tams.object_stores.object_keys import object_id_of, object_key
from tams.object_stores.presign import Presigner

NOW = datetime(2026, 11, 20, 12, 34, 56, tzinfo=UTC)
KEYS = ["media/a", "media/a b%2Fc", "media/ü~-_.!*'()", "media/%252E"]


def boto3_url(operation: str, expires: int, token: str | None, **parameters: Any) -> str:
    client = boto3.client(
        "s3",
        endpoint_url="https://s3.example.com:9000",
        region_name="eu-west-1",
        aws_access_key_id="AKID",
        aws_secret_access_key="secret",
        aws_session_token=token,
        config=Config(signature_version="s3v4", s3={"addressing_style": "path"}),
    )
    with mock.patch("botocore.auth.get_current_datetime", return_value=NOW.replace(tzinfo=None)):
        url: str = client.generate_presigned_url(
            operation, Params={"Bucket": "bucket", **parameters}, ExpiresIn=expires
        )
    return url


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("token", [None, "a/session+token="])
@pytest.mark.parametrize(
    ("method", "operation", "extra", "headers"),
    [
        ("GET", "get_object", {}, {}),
        ("PUT", "put_object", {"ContentType": "video/mp2t"}, {"content-type": "video/mp2t"}),
        (
            "PUT",
            "put_object",
            {"ContentType": "video/mp2t", "Metadata": {"tams-timerange": "[0:0_1:0)"}},
            {"content-type": "video/mp2t", "x-amz-meta-tams-timerange": "[0:0_1:0)"},
        ),
    ],
)
def test_a_presigned_url_is_what_boto3_makes(
    key: str,
    token: str | None,
    method: str,
    operation: str,
    extra: dict[str, Any],
    headers: dict[str, str],
) -> None:
    presigner = Presigner(
        "https://s3.example.com:9000/bucket",
        "eu-west-1",
        lambda: Credentials("AKID", "secret", token),
    )

    ours = presigner.url(method, key, now=NOW, expires_seconds=600, headers=headers)

    assert sorted(ours.split("&")) == sorted(
        boto3_url(operation, 600, token, Key=key, **extra).split("&")
    )


@pytest.mark.parametrize("key", KEYS)
def test_a_url_that_ends_with_a_name_is_signed_with_it(key: str) -> None:
    presigner = Presigner(
        "https://s3.example.com:9000/bucket", "eu-west-1", lambda: Credentials("AKID", "secret")
    )
    path = presigner.plain_url(key)
    request = AWSRequest("GET", f"{path}?x-name=object.ts")
    signer = S3SigV4QueryAuth(BotoCredentials("AKID", "secret"), "s3", "eu-west-1", 600)

    with mock.patch("botocore.auth.get_current_datetime", return_value=NOW.replace(tzinfo=None)):
        signer.add_auth(request)
    ours = presigner.url("GET", key, now=NOW, expires_seconds=600, name="object.ts")

    assert ours.endswith("&x-name=object.ts")
    assert sorted(ours.partition("?")[2].split("&")) == sorted(
        str(request.url).partition("?")[2].split("&")
    )
    assert presigner.url("GET", key, now=NOW, expires_seconds=600) != ours


@pytest.mark.parametrize(
    "object_id", ["a", "a/b", "../../etc", "..", ".", "~x", "ü#?%2F", "x" * 1024]
)
def test_a_key_is_one_name_below_its_prefix_whatever_the_id(object_id: str) -> None:
    prefix, _, name = object_key(object_id).partition("/")

    assert prefix == "media"
    assert "/" not in name
    assert name not in {"", ".", ".."}
    assert not name.startswith(".")
    assert len(name) <= 200
    assert object_id_of(object_key(object_id)) in {object_id, None}


def test_different_ids_have_different_keys() -> None:
    ids = ["a/b", "a%2Fb", "a%252Fb", ".a", "%2Ea", "~a", "a", "A"]

    assert len({object_key(object_id) for object_id in ids}) == len(ids)
