"""AWS Signature Version 4, as the SDK signs: service s3, empty region, `host;x-amz-date`.

Source: aws_requests_auth, which quotes the path of the URL once more than S3 clients do; both spellings are
accepted.
"""

import hashlib
import hmac
import re
from collections.abc import Iterator
from datetime import UTC, datetime
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
            expected = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
            if hmac.compare_digest(expected, match["signature"]):
                return
        raise ForbiddenError("the signature does not match", "SignatureDoesNotMatch")

    def _check_date(self, stamp: str, date: str) -> None:
        try:
            signed_at = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        except ValueError as error:
            raise ForbiddenError("header x-amz-date is missing or malformed") from error
        skew = abs((datetime.now(UTC) - signed_at).total_seconds())
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
        pairs = [pair.partition("=") for pair in sorted(request.query.split("&")) if pair]
        query = "&".join(f"{name}={value}" for name, _, value in pairs)
        headers = "".join(
            f"{name}:{' '.join(request.headers.get(name, '').split())}\n" for name in signed_names
        )
        payload = hashlib.sha256(request.body).hexdigest()
        tail = f"{query}\n{headers}\n{';'.join(signed_names)}\n{payload}"
        for path in dict.fromkeys((quote(request.raw_path, safe="/-_.~"), request.raw_path)):
            yield f"{request.method}\n{path}\n{tail}"
