"""Presigned S3 URLs, built here because a page of a thousand must not cost a thousand SDK calls.

They use AWS Signature Version 4 in the query string, byte for byte as boto3 does (a test compares them). The
signing key is derived once a day, and what the URLs of one page share is prepared once. Source:
AWS "Authenticating Requests: Using Query Parameters".
"""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

from tams.aws.credentials import Credentials
from tams.aws.signature import ALGORITHM, signing_key

_NAME = "x-name"
"""S3 ignores parameters that start with `x-`. Source: Amazon S3 user guide, "Server access log format"."""


@dataclass(frozen=True, slots=True)
class _Form:
    """What all URLs of one second share: everything but the path and the values of headers."""

    query: str
    canonical_query: str
    ending: str
    """What follows the signature."""
    signed_headers: str
    to_sign: str
    """Ends where the request's digest follows."""
    signing_key: bytes


_Shape = tuple[int, int, tuple[str, ...], Credentials, str | None]
"""The second, the expiry, the names of the headers, the keys, and the name of the file."""


class Presigner:
    """Signs URLs of one bucket. `base_url` is the bucket's own address, without a trailing slash."""

    def __init__(self, base_url: str, region: str, credentials: Callable[[], Credentials]) -> None:
        address = urlsplit(base_url)
        self._region = region
        self._credentials = credentials
        self._origin = f"{address.scheme}://{address.netloc}"
        self._host = address.netloc
        self._bucket_path = address.path
        self._form: tuple[_Shape, _Form] | None = None
        self._key: tuple[tuple[str, str], bytes] | None = None

    @property
    def ends_with_session(self) -> bool:
        """Whether the keys are those of a session, with which all their signatures end."""
        return self._credentials().session_token is not None

    def plain_url(self, key: str) -> str:
        """The object's own address, which requires credentials."""
        return f"{self._origin}{self._path(key)}"

    def url(
        self,
        method: str,
        key: str,
        *,
        now: datetime,
        expires_seconds: int,
        headers: Mapping[str, str] | None = None,
        name: str | None = None,
    ) -> str:
        """A URL that allows `method` on `key` for `expires_seconds` from `now`.

        The request must send exactly these `headers`, whose names are in lower case. The URL ends with `name`
        for clients that go by the suffix of a file.
        """
        sent = sorted({"host": self._host, **(headers or {})}.items())
        names = tuple(name for name, _ in sent)
        form = self._form_of(now, expires_seconds, names, name)
        path = self._path(key)
        lines = "".join([f"{name}:{value.strip()}\n" for name, value in sent])
        rest = f"{lines}\n{form.signed_headers}\nUNSIGNED-PAYLOAD"
        request = f"{method}\n{path}\n{form.canonical_query}\n{rest}"
        to_sign = form.to_sign + hashlib.sha256(request.encode()).hexdigest()
        signature = hmac.digest(form.signing_key, to_sign.encode(), "sha256").hex()
        return f"{self._origin}{path}?{form.query}&X-Amz-Signature={signature}{form.ending}"

    def _form_of(
        self, now: datetime, expires_seconds: int, names: tuple[str, ...], name: str | None
    ) -> _Form:
        shape = (int(now.timestamp()), expires_seconds, names, self._credentials(), name)
        if (last := self._form) is None or last[0] != shape:
            last = self._form = (shape, self._new_form(*shape))
        return last[1]

    def _new_form(
        self,
        second: int,
        expires_seconds: int,
        names: tuple[str, ...],
        credentials: Credentials,
        name: str | None,
    ) -> _Form:
        stamp = datetime.fromtimestamp(second, UTC).strftime("%Y%m%dT%H%M%SZ")
        scope = f"{stamp[:8]}/{self._region}/s3/aws4_request"
        signed_headers = ";".join(names)
        parameters = [
            ("X-Amz-Algorithm", ALGORITHM),
            ("X-Amz-Credential", f"{credentials.access_key}/{scope}"),
            ("X-Amz-Date", stamp),
            ("X-Amz-Expires", str(expires_seconds)),
            ("X-Amz-SignedHeaders", signed_headers),
        ]
        if credentials.session_token:
            parameters.append(("X-Amz-Security-Token", credentials.session_token))
        pairs = [_pair(*each) for each in parameters]
        last = [] if name is None else [_pair(_NAME, name)]
        return _Form(
            query="&".join(pairs),
            canonical_query="&".join(sorted(pairs + last)),
            ending="".join(f"&{each}" for each in last),
            signed_headers=signed_headers,
            to_sign=f"{ALGORITHM}\n{stamp}\n{scope}\n",
            signing_key=self._signing_key(credentials.secret_key, stamp[:8]),
        )

    def _path(self, key: str) -> str:
        return f"{self._bucket_path}/{quote(key, safe='/~')}"

    def _signing_key(self, secret_key: str, day: str) -> bytes:
        if (last := self._key) is None or last[0] != (secret_key, day):
            last = self._key = ((secret_key, day), signing_key(secret_key, day, self._region, "s3"))
        return last[1]


def _pair(name: str, value: str) -> str:
    return f"{name}={quote(value, safe='-_.~')}"
