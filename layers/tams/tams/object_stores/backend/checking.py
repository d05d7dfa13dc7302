"""Tries on a bucket everything that clients and functions do with it. Leaves nothing behind."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import urllib3
from botocore.exceptions import BotoCoreError, ClientError

from tams.errors import BackendUnavailableError
from tams.object_stores.backend import cors_checks, presigned_checks, server_checks
from tams.object_stores.backend.rules import has_rules, lifecycle_change
from tams.object_stores.backend.trial import NotSoError, Trial
from tams.object_stores.bucket import Bucket


@dataclass(frozen=True)
class Check:
    """`is_ok` is None if the server gives no way to find out."""

    name: str
    is_ok: bool | None
    found: str
    advice: str = ""


_Step = Callable[[Trial], str]

_REACH: tuple[str, _Step, str] = (
    "bucket",
    server_checks.reach,
    "check its name, the endpoint and the keys",
)
_PUT: tuple[str, _Step, str] = (
    "presigned PUT",
    presigned_checks.put,
    "check public_endpoint_url, the region and the permission s3:PutObject",
)
_WITH_OBJECT: tuple[tuple[str, _Step, str], ...] = (
    (
        "signed headers",
        presigned_checks.enforced,
        "the server must refuse unsigned x-amz-meta-… headers: do not let uploads register Segments",
    ),
    ("presigned GET", presigned_checks.get, "check the permission s3:GetObject"),
    ("presigned HEAD", presigned_checks.head, "check the permission s3:GetObject"),
    (
        "GET with a name",
        presigned_checks.named,
        "the server must ignore query parameters that begin with x-; addresses in playlists use one",
    ),
    (
        "metadata",
        server_checks.metadata,
        "the server must keep x-amz-meta-…; uploads that register themselves need it",
    ),
    ("list", server_checks.listing, "`tams admin clean` needs the permission s3:ListBucket"),
    ("Range", presigned_checks.part, "players that need 206 cannot seek on this server"),
    (
        "CORS preflight",
        cors_checks.preflight,
        "pages cannot upload or seek: run `tams admin backend setup`",
    ),
    (
        "CORS headers",
        cors_checks.exposed_headers,
        "pages cannot read these headers: run `tams admin backend setup`",
    ),
    ("copy", server_checks.copy, "check the permissions s3:GetObject and s3:PutObject"),
    ("multipart", server_checks.multipart, "copies of large Objects need multipart uploads"),
)
_DELETE: tuple[str, _Step, str] = (
    "delete",
    server_checks.delete,
    "check the permission s3:DeleteObject",
)


def checks(bucket: Bucket, origin: str, ca_file: str | None = None) -> Iterator[Check]:
    """Ends early if the bucket cannot be reached, or nothing can be uploaded."""
    trial = Trial(bucket, origin, ca_file)
    first = _checked(trial, *_REACH)
    yield first
    if not first.is_ok:
        return
    try:
        put = _checked(trial, *_PUT)
        yield put
        if put.is_ok:
            for each in _WITH_OBJECT:
                yield _checked(trial, *each)
            yield from _lifecycle(bucket)
            yield _checked(trial, *_DELETE)
    finally:
        _clean(trial)


def _checked(trial: Trial, name: str, step: _Step, advice: str) -> Check:
    try:
        return Check(name, is_ok=True, found=step(trial))
    except (NotSoError, BackendUnavailableError) as error:
        words = str(error)
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        code = error.response["Error"].get("Code", "")
        words = f"{error.operation_name}: {status} {'' if code == str(status) else code}".strip()
    except (BotoCoreError, urllib3.exceptions.HTTPError) as error:
        words = " ".join(str(error).split()) or type(error).__name__
    return Check(name, is_ok=False, found=words, advice=advice)


def _lifecycle(bucket: Bucket) -> Iterator[Check]:
    names = ("broken uploads", "thumbnails")
    try:
        change = lifecycle_change(bucket)
    except BackendUnavailableError as error:
        for name in names:
            yield Check(
                name,
                is_ok=False,
                found=str(error),
                advice="give the operator's keys this permission",
            )
        return
    for name, is_there in zip(names, has_rules(change.found), strict=True):
        if change.remark:
            clean = "remove old parts and old keys under thumbnails/ by other means"
            yield Check(name, is_ok=None, found=change.remark, advice=clean)
        elif is_there:
            yield Check(name, is_ok=True, found="a rule removes them")
        else:
            advice = "run `tams admin backend setup`"
            yield Check(name, is_ok=False, found="no rule removes them", advice=advice)


def _clean(trial: Trial) -> None:
    for place in (trial.place, trial.copied_place):
        try:
            trial.client.delete_object(**place)
        except (BotoCoreError, ClientError):
            continue  # the check of deletion says so
