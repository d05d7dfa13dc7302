"""Does with a bucket what clients and functions do with it. Leaves nothing there."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any
from uuid import uuid4

import urllib3
from botocore.exceptions import BotoCoreError, ClientError

from tams.errors import BackendUnavailableError
from tams.models.upload_segment import PREFIX as HEADER_PREFIX
from tams.object_stores.backend.rules import EXPOSED, has_rules, lifecycle_change
from tams.object_stores.bucket import Bucket
from tams.object_stores.object_keys import PREFIX, object_key

_ODD = "é ü+%41=?&#[1]'~*!(x)/日本.ts"
"""Characters that S3 servers and proxies treat differently."""
_CONTENT = bytes(range(256)) * 64
_TYPE = "video/mp2t"
_SECONDS = 300


@dataclass(frozen=True)
class Check:
    """`is_ok` is None where the server gives no way to tell."""

    name: str
    is_ok: bool | None
    found: str
    advice: str = ""


class _NotSoError(Exception):
    """What is wrong, as the text of a check."""


@dataclass
class Examination:
    bucket: Bucket
    origin: str
    ca_file: str | None = None
    _id: str = field(default_factory=lambda: f"tams-check-{uuid4()}/{_ODD}")

    def checks(self) -> Iterator[Check]:
        """Ends early if the bucket cannot be reached, or nothing can be uploaded."""
        first = self._checked("bucket", self._reach, "check its name, the endpoint and the keys")
        yield first
        if not first.is_ok:
            return
        try:
            put = self._checked(
                "presigned PUT",
                self._put,
                "check public_endpoint_url, the region and the permission s3:PutObject",
            )
            yield put
            if put.is_ok:
                yield from self._with_object()
        finally:
            self._clean()

    def _with_object(self) -> Iterator[Check]:
        for name, step, advice in (
            (
                "signed headers",
                self._enforced,
                "the server must refuse other x-amz-meta-… than were signed: do not let uploads register",
            ),
            ("presigned GET", self._get, "check the permission s3:GetObject"),
            ("presigned HEAD", self._head, "check the permission s3:GetObject"),
            (
                "GET with a name",
                self._named,
                "the server must ignore query parameters that begin with x-; addresses in playlists use one",
            ),
            (
                "metadata",
                self._metadata,
                "the server must keep x-amz-meta-…; uploads that register themselves need it",
            ),
            ("list", self._list, "`tams admin clean` needs the permission s3:ListBucket"),
            ("Range", self._range, "players that insist on 206 do not seek on this server"),
            (
                "CORS preflight",
                self._preflight,
                "pages cannot upload or seek: run `tams admin backend setup`",
            ),
            (
                "CORS headers",
                self._exposed,
                "pages cannot read these headers: run `tams admin backend setup`",
            ),
            ("copy", self._copy, "check the permissions s3:GetObject and s3:PutObject"),
            ("multipart", self._multipart, "copies of large Objects need multipart uploads"),
        ):
            yield self._checked(name, step, advice)
        yield from self._lifecycle()
        yield self._checked("delete", self._delete, "check the permission s3:DeleteObject")

    def _checked(self, name: str, step: Callable[[], str], advice: str) -> Check:
        try:
            return Check(name, is_ok=True, found=step())
        except _NotSoError as error:
            return Check(name, is_ok=False, found=str(error), advice=advice)
        except ClientError as error:
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            code = error.response["Error"].get("Code", "")
            words = (
                f"{error.operation_name}: {status} {'' if code == str(status) else code}".strip()
            )
            return Check(name, is_ok=False, found=words, advice=advice)
        except BackendUnavailableError as error:
            return Check(name, is_ok=False, found=str(error), advice=advice)
        except (BotoCoreError, urllib3.exceptions.HTTPError) as error:
            return Check(name, is_ok=False, found=_one_line(error), advice=advice)

    # ---- steps: each returns what it found, or raises _NotSoError

    def _reach(self) -> str:
        self._client.head_bucket(Bucket=self.bucket.bucket)
        return self.bucket.endpoint_url

    def _put(self) -> str:
        headers = self._headers
        answer = self._request("PUT", self._url("PUT", headers), headers, _CONTENT)
        if answer.status != 200:
            raise _NotSoError(_answer(answer))
        return "200, with a key of odd characters and signed metadata"

    def _enforced(self) -> str:
        url = self._url("PUT", self._headers)
        other = {**self._headers, f"{HEADER_PREFIX}timerange": "[7:0_8:0)"}
        without = {"content-type": _TYPE}
        for words, headers in (("other metadata", other), ("no metadata", without)):
            if (status := self._request("PUT", url, headers, b"other").status) != 403:
                raise _NotSoError(f"an upload with {words} than was signed gets {status}, not 403")
        return "403 for other metadata than was signed"

    def _get(self) -> str:
        return self._whole(self._request("GET", self._url("GET")))

    def _named(self) -> str:
        return self._whole(self._request("GET", self._url("GET", name="part.ts")))

    def _head(self) -> str:
        answer = self._request("HEAD", self._url("HEAD"))
        length = answer.headers.get("content-length")
        if answer.status != 200 or length != str(len(_CONTENT)):
            raise _NotSoError(f"{answer.status}, Content-Length {length}")
        return "200, with the right length"

    def _metadata(self) -> str:
        found = self._client.head_object(Bucket=self.bucket.bucket, Key=self._key)
        wanted = {"tams-timerange": self._headers[f"{HEADER_PREFIX}timerange"]}
        if {name.lower(): text for name, text in found["Metadata"].items()} != wanted:
            raise _NotSoError(f"kept as {found['Metadata']}")
        if found["ContentType"] != _TYPE:
            raise _NotSoError(f"the Content-Type is kept as {found['ContentType']}")
        return "kept, and the Content-Type too"

    def _list(self) -> str:
        prefix = self._key[: len(PREFIX) + 20]
        page = self._client.list_objects_v2(Bucket=self.bucket.bucket, Prefix=prefix)
        if self._key not in {each["Key"] for each in page.get("Contents", ())}:
            raise _NotSoError("the key is missing, or spelled otherwise")
        return "the key as it was written"

    def _range(self) -> str:
        answer = self._request("GET", self._url("GET"), {"range": "bytes=100-199"})
        expected = f"bytes 100-199/{len(_CONTENT)}"
        if answer.data != _CONTENT[100:200]:
            raise _NotSoError(f"{answer.status} with {len(answer.data)} bytes instead of 100")
        if answer.status != 206 or answer.headers.get("content-range") != expected:
            raise _NotSoError(f"the right bytes, but {answer.status} instead of 206")
        beyond = self._request("GET", self._url("GET"), {"range": f"bytes={len(_CONTENT)}-"})
        if beyond.status != 416:
            raise _NotSoError(f"{beyond.status} instead of 416 beyond the end")
        return "206, and 416 beyond the end"

    def _preflight(self) -> str:
        for method, headers in (("PUT", sorted(self._headers)), ("GET", ["range"])):
            asked = {
                "origin": self.origin,
                "access-control-request-method": method,
                "access-control-request-headers": ",".join(headers),
            }
            answer = self._request("OPTIONS", self._url(method), asked)
            if answer.status not in {200, 204} or not self._is_allowed(answer):
                raise _NotSoError(f"{method} is not allowed from {self.origin} ({answer.status})")
            allowed = _listed(answer, "access-control-allow-headers")
            missing = [each for each in headers if each not in allowed and "*" not in allowed]
            if missing:
                raise _NotSoError(f"{method} may not send {', '.join(missing)}")
        return f"PUT and GET from {self.origin}"

    def _exposed(self) -> str:
        answer = self._request("GET", self._url("GET"), {"origin": self.origin})
        if not self._is_allowed(answer):
            raise _NotSoError(f"the answer to a GET is not for {self.origin}")
        exposed = _listed(answer, "access-control-expose-headers")
        missing = [
            each
            for each in EXPOSED
            # Pages may read the length by the Fetch standard.
            if each.lower() not in exposed and each != "Content-Length" and "*" not in exposed
        ]
        if missing:
            raise _NotSoError(f"pages may not read {', '.join(missing)}")
        return ", ".join(EXPOSED)

    def _copy(self) -> str:
        source = {"Bucket": self.bucket.bucket, "Key": self._key}
        self._client.copy_object(Bucket=self.bucket.bucket, Key=self._copied, CopySource=source)
        after = self._client.get_object(Bucket=self.bucket.bucket, Key=self._copied)
        if after["Body"].read() != _CONTENT:
            raise _NotSoError("the copy differs from the original")
        return "inside the server, with the same bytes"

    def _multipart(self) -> str:
        place = {"Bucket": self.bucket.bucket, "Key": self._copied}
        broken = self._client.create_multipart_upload(**place)["UploadId"]
        self._client.upload_part(**place, UploadId=broken, PartNumber=1, Body=b"x")
        self._client.abort_multipart_upload(**place, UploadId=broken)
        whole = self._client.create_multipart_upload(**place)["UploadId"]
        try:
            part = self._client.upload_part(
                **place, UploadId=whole, PartNumber=1, Body=_CONTENT[::-1]
            )
            parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
            self._client.complete_multipart_upload(**place, UploadId=whole, MultipartUpload=parts)
        except ClientError:
            self._client.abort_multipart_upload(**place, UploadId=whole)
            raise
        if self._client.get_object(**place)["Body"].read() != _CONTENT[::-1]:
            raise _NotSoError("a completed upload has other bytes than its parts")
        return "begun, broken off and completed"

    def _lifecycle(self) -> Iterator[Check]:
        names = ("broken uploads", "thumbnails")
        advice = "run `tams admin backend setup`"
        try:
            change = lifecycle_change(self.bucket)
        except BackendUnavailableError as error:
            for name in names:
                yield Check(
                    name, is_ok=False, found=str(error), advice="allow the operator's keys to"
                )
            return
        for name, is_there in zip(names, has_rules(change.found), strict=True):
            if change.remark:
                clean = "remove old parts and old keys under thumbnails/ by other means"
                yield Check(name, is_ok=None, found=change.remark, advice=clean)
            elif is_there:
                yield Check(name, is_ok=True, found="a rule removes them")
            else:
                yield Check(name, is_ok=False, found="no rule removes them", advice=advice)

    def _delete(self) -> str:
        for _ in range(2):  # what is not there counts as deleted
            self._client.delete_object(Bucket=self.bucket.bucket, Key=self._key)
        if (status := self._request("GET", self._url("GET")).status) != 404:
            raise _NotSoError(f"a GET after it gets {status}, not 404")
        return "404 after it"

    # ---- means

    def _clean(self) -> None:
        for key in (self._key, self._copied):
            try:
                self._client.delete_object(Bucket=self.bucket.bucket, Key=key)
            except (BotoCoreError, ClientError):
                continue  # the check of deletion says so

    @property
    def _client(self) -> Any:
        return self.bucket.client

    @property
    def _key(self) -> str:
        return object_key(self._id)

    @property
    def _copied(self) -> str:
        return object_key(f"{self._id} copied")

    @property
    def _headers(self) -> dict[str, str]:
        return {"content-type": _TYPE, f"{HEADER_PREFIX}timerange": "[0:0_1:0)"}

    def _url(
        self, method: str, headers: Mapping[str, str] | None = None, name: str | None = None
    ) -> str:
        return self.bucket.presigner.url(
            method,
            self._key,
            now=datetime.now(UTC),
            expires_seconds=_SECONDS,
            headers=headers,
            name=name,
        )

    @cached_property
    def _http(self) -> urllib3.PoolManager:
        return urllib3.PoolManager(
            ca_certs=self.ca_file, retries=False, timeout=self.bucket.timeout_seconds
        )

    def _request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> urllib3.BaseHTTPResponse:
        return self._http.request(method, url, headers=dict(headers or {}), body=body)

    def _is_allowed(self, answer: urllib3.BaseHTTPResponse) -> bool:
        return answer.headers.get("access-control-allow-origin") in {"*", self.origin}

    @staticmethod
    def _whole(answer: urllib3.BaseHTTPResponse) -> str:
        if answer.status != 200:
            raise _NotSoError(_answer(answer))
        same = hashlib.sha256(answer.data).digest() == hashlib.sha256(_CONTENT).digest()
        if not same:
            raise _NotSoError(f"{len(answer.data)} bytes that differ from those uploaded")
        return "200, with the same bytes"


def _listed(answer: urllib3.BaseHTTPResponse, name: str) -> set[str]:
    return {each.strip().lower() for each in answer.headers.get(name, "").split(",")}


def _answer(answer: urllib3.BaseHTTPResponse) -> str:
    """The status, and S3's code of the error."""
    _, found, rest = answer.data.partition(b"<Code>")
    return (
        f"{answer.status} {rest.partition(b'</Code>')[0].decode()}" if found else str(answer.status)
    )


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
