"""AWS Signature Version 4, as the SDK signs: service s3, empty region, `host;x-amz-date`.

Source: aws_requests_auth, which quotes the path of the URL once more than S3 clients do; both spellings are
accepted.
"""

import hashlib
import hmac
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from urllib.parse import quote

from vastlocal.errors import ForbiddenError
from vastlocal.http.messages import Request

_ALGORITHM = "AWS4-HMAC-SHA256"
_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<key>[^/]*)/(?P<date>\d{8})/(?P<region>[^/]*)/"
    r"(?P<service>[^/]*)/aws4_request, ?SignedHeaders=(?P<headers>[^,]+), ?"
    r"Signature=(?P<signature>[0-9a-f]{64})"
)


class SignatureChecker:
    def __init__(self, access_key: str, secret_key: str, skew_max_seconds: float) -> None:
        self._access_key = access_key
        self._secret = secret_key
        self._skew_max_seconds = skew_max_seconds
        self._signing_keys: dict[tuple[str, str, str], bytes] = {}

    def check(self, request: Request) -> None:
        """Raises ForbiddenError unless the request was signed recently with the right key."""
        match = _AUTHORIZATION.fullmatch(request.headers.get("authorization", ""))
        if match is None:
            raise ForbiddenError("the request is not signed with AWS Signature Version 4")
        if match["key"] != self._access_key:
            raise ForbiddenError("no such access key", "InvalidAccessKeyId")
        signed_names = match["headers"].split(";")
        if "host" not in signed_names:
            raise ForbiddenError("the host header is not signed")
        stamp = request.headers.get("x-amz-date", "")
        self._check_date(stamp, match["date"])
        scope = (match["date"], match["region"], match["service"])
        key = self._signing_key(scope)
        for canonical in self._canonical_requests(request, signed_names):
            digest = hashlib.sha256(canonical.encode()).hexdigest()
            text = f"{_ALGORITHM}\n{stamp}\n{'/'.join(scope)}/aws4_request\n{digest}"
            expected = hmac.digest(key, text.encode(), "sha256").hex()
            if hmac.compare_digest(expected, match["signature"]):
                return
        raise ForbiddenError("the signature does not match", "SignatureDoesNotMatch")

    def _check_date(self, stamp: str, date: str) -> None:
        skew = abs(time.time() - _seconds(stamp))
        if skew > self._skew_max_seconds or not stamp.startswith(date):
            raise ForbiddenError(
                "x-amz-date is too far from the server's time", "RequestTimeTooSkewed"
            )

    def _signing_key(self, scope: tuple[str, str, str]) -> bytes:
        if scope not in self._signing_keys:
            self._signing_keys.clear()
            key = f"AWS4{self._secret}".encode()
            for part in (*scope, "aws4_request"):
                key = hmac.new(key, part.encode(), hashlib.sha256).digest()
            self._signing_keys[scope] = key
        return self._signing_keys[scope]

    @staticmethod
    def _canonical_requests(request: Request, signed_names: list[str]) -> Iterator[str]:
        headers = "".join(
            f"{name}:{' '.join(request.headers.get(name, '').split())}\n" for name in signed_names
        )
        payload = hashlib.sha256(request.body).hexdigest()
        query, paths = _canonical_target(request.target.query, request.target.raw_path)
        tail = f"{query}\n{headers}\n{';'.join(signed_names)}\n{payload}"
        for path in paths:
            yield f"{request.method}\n{path}\n{tail}"


@lru_cache(maxsize=4096)
def _canonical_target(query: str, raw_path: str) -> tuple[str, tuple[str, ...]]:
    """The query, and the spellings of the path that may have been signed."""
    pairs = [pair.partition("=") for pair in sorted(query.split("&")) if pair]
    paths = dict.fromkeys((quote(raw_path, safe="/-_.~"), raw_path))
    return "&".join(f"{name}={value}" for name, _, value in pairs), tuple(paths)


@lru_cache(maxsize=16)
def _seconds(stamp: str) -> float:
    """Since 1970. Many requests are signed within one second. Raises ForbiddenError."""
    try:
        signed_at = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise ForbiddenError("header x-amz-date is missing or malformed") from error
    return signed_at.timestamp()
