"""Signatures are botocore's, byte for byte."""

from datetime import UTC, datetime
from unittest.mock import patch

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotoCredentials

from tams.aws.credentials import Credentials
from tams.aws.signature import signed_headers

NOW = datetime(2026, 11, 26, 23, 59, 59, tzinfo=UTC)
HEADERS = {
    "host": "sqs.eu-west-1.amazonaws.com:8443",
    "content-type": "application/x-amz-json-1.0",
    "x-amz-target": "AmazonSQS.SendMessageBatch",
}


@pytest.mark.parametrize("token", [None, "a session's+/= token"])
@pytest.mark.parametrize("body", [b"{}", '{"é": "\U0001f4fa"}'.encode()])
def test_headers_are_signed_as_botocore_signs_them(body: bytes, token: str | None) -> None:
    ours = signed_headers(
        Credentials("AKID", "se/cret+", token), "eu-west-1", "sqs", HEADERS, body, NOW
    )
    request = AWSRequest("POST", f"https://{HEADERS['host']}/", headers=dict(HEADERS), data=body)
    with patch("botocore.auth.get_current_datetime", return_value=NOW.replace(tzinfo=None)):
        SigV4Auth(BotoCredentials("AKID", "se/cret+", token), "sqs", "eu-west-1").add_auth(request)

    assert ours == {name.lower(): value for name, value in request.headers.items()}
