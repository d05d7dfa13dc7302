"""AWS Signature Version 4 for JSON services. Source: AWS "Create a signed AWS API request".

A test compares it with botocore's. Presigned URLs and VAST's dialect have modules of their own.
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime

from tams.aws.credentials import Credentials

ALGORITHM = "AWS4-HMAC-SHA256"


def signing_key(secret_key: str, day: str, region: str, service: str) -> bytes:
    """The same for a whole day, which is written as 20261126."""
    key = f"AWS4{secret_key}".encode()
    for part in (day, region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


def signed_headers(
    credentials: Credentials,
    region: str,
    service: str,
    headers: Mapping[str, str],
    body: bytes,
    now: datetime,
) -> dict[str, str]:
    """The headers of a POST to `/`, with its signature. `headers` are in lower case and include the host."""
    stamp = now.strftime("%Y%m%dT%H%M%SZ")
    sent = {**headers, "x-amz-date": stamp}
    if credentials.session_token:
        sent["x-amz-security-token"] = credentials.session_token
    names = ";".join(sorted(sent))
    lines = "".join(f"{name}:{sent[name]}\n" for name in sorted(sent))
    request = f"POST\n/\n\n{lines}\n{names}\n{hashlib.sha256(body).hexdigest()}"
    scope = f"{stamp[:8]}/{region}/{service}/aws4_request"
    digest = hashlib.sha256(request.encode()).hexdigest()
    key = signing_key(credentials.secret_key, stamp[:8], region, service)
    signature = hmac.digest(key, f"{ALGORITHM}\n{stamp}\n{scope}\n{digest}".encode(), "sha256")
    sent["authorization"] = (
        f"{ALGORITHM} Credential={credentials.access_key}/{scope}, "
        f"SignedHeaders={names}, Signature={signature.hex()}"
    )
    return sent
