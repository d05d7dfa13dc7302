"""AWS Signature Version 4 as the SDK signs: service s3, no region, `host;x-amz-date`.

Source: `AWSRequestsAuth` in aws_requests_auth. The signing key is derived once a day.
"""

import hashlib
import hmac
import time

_ALGORITHM = "AWS4-HMAC-SHA256"


class Signer:
    def __init__(self, access_key: str, secret_key: str, host: str) -> None:
        self._access_key = access_key
        self._secret = f"AWS4{secret_key}".encode()
        self._host = host
        self._day_key = ("", b"")

    def headers(self, method: str, path: str, query: str, body: bytes) -> str:
        """Header lines for a request; `path` and `query` are URL-encoded, as they are sent.

        A query here has either one parameter or sorted ones, and `?data` is signed as `data=`.
        """
        stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        day = stamp[:8]
        scope = f"{day}//s3/aws4_request"
        digest = hashlib.sha256(body).hexdigest()
        signed_query = "&".join(
            each if "=" in each else f"{each}=" for each in sorted(query.split("&")) if each
        )
        canonical = (
            f"{method}\n{path}\n{signed_query}\nhost:{self._host}\nx-amz-date:{stamp}\n\n"
            f"host;x-amz-date\n{digest}"
        )
        text = f"{_ALGORITHM}\n{stamp}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
        signature = hmac.digest(self._key(day), text.encode(), "sha256").hex()
        return (
            f"Authorization: {_ALGORITHM} Credential={self._access_key}/{scope}, "
            f"SignedHeaders=host;x-amz-date, Signature={signature}\r\n"
            f"x-amz-date: {stamp}\r\nx-amz-content-sha256: {digest}\r\n"
        )

    def _key(self, day: str) -> bytes:
        known_day, key = self._day_key
        if known_day != day:
            key = self._secret
            for part in (day, "", "s3", "aws4_request"):
                key = hmac.digest(key, part.encode(), "sha256")
            self._day_key = (day, key)
        return key
