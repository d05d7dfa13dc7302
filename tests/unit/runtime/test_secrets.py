"""Secrets of Secrets Manager, over HTTP to moto."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from tams.runtime.secrets import SecretUnavailableError, _place, read_secret
from tests.moto_server import moto_server


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with moto_server() as url:
        yield url


@pytest.fixture
def client(url: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "local")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "local")
    monkeypatch.setenv("AWS_ENDPOINT_URL_SECRETS_MANAGER", url)
    return boto3.client("secretsmanager", endpoint_url=url, region_name="us-east-1")


def test_a_secret_is_read_anew_when_it_is_too_old(client: Any) -> None:
    arn = client.create_secret(Name="changing", SecretString="one")["ARN"]
    assert read_secret(arn) == "one"
    client.put_secret_value(SecretId=arn, SecretString="two")

    assert read_secret(arn, max_age_seconds=3_600) == "one"
    assert read_secret(arn) == "two"
    assert read_secret(arn, max_age_seconds=3_600) == "two"


def test_a_secret_that_cannot_be_read_is_named(client: Any) -> None:
    arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:nowhere"
    with pytest.raises(SecretUnavailableError, match=f"{arn} cannot be read: ResourceNotFound"):
        read_secret(arn)


def test_bytes_are_no_secret_of_ours(client: Any) -> None:
    arn = client.create_secret(Name="bytes", SecretBinary=b"not-for-logs")["ARN"]
    with pytest.raises(SecretUnavailableError, match=r"has no text: store it as SecretString$"):
        read_secret(arn)


@pytest.mark.parametrize(
    ("arn", "region", "url"),
    [
        (
            "arn:aws:secretsmanager:eu-west-2:1:secret:vast",
            "eu-west-2",
            "https://secretsmanager.eu-west-2.amazonaws.com",
        ),
        (
            "arn:aws-cn:secretsmanager:cn-north-1:1:secret:vast",
            "cn-north-1",
            "https://secretsmanager.cn-north-1.amazonaws.com.cn",
        ),
        ("vast", "eu-north-1", "https://secretsmanager.eu-north-1.amazonaws.com"),
    ],
)
def test_the_arn_says_where_the_secret_is(
    arn: str, region: str, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-north-1")
    assert _place(arn) == (region, url)
