"""The CORS and lifecycle rules that a bucket of media needs, as the template's own bucket has them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from tams.errors import BackendUnavailableError
from tams.object_stores.bucket import Bucket
from tams.object_stores.object_keys import THUMBNAILS

EXPOSED = ("ETag", "Content-Length", "Content-Range", "Accept-Ranges")
"""Headers that a player in a page reads."""
_ABSENT = {
    "NoSuchCORSConfiguration",
    "NoSuchLifecycleConfiguration",
    "CORSConfigurationNotFoundError",
}
_UNKNOWN_CODES = {"NotImplemented", "MethodNotAllowed", "XNotImplemented", "InvalidRequest"}
_UNKNOWN_STATUSES = {HTTPStatus.NOT_IMPLEMENTED, HTTPStatus.METHOD_NOT_ALLOWED}
_CORS_ID, _PARTS_ID, _THUMBNAILS_ID = "tams-media", "tams-broken-copies", "tams-thumbnails"
_DAYS = 7


class NotOfferedError(Exception):
    """The server does not know the operation."""


@dataclass(frozen=True)
class Change:
    """What a bucket has, and what it should have. Rules of others stay."""

    name: str
    found: Sequence[Mapping[str, Any]]
    wanted: Sequence[Mapping[str, Any]]
    remark: str = ""
    """Why it cannot be changed."""

    @property
    def is_needed(self) -> bool:
        return not self.remark and list(self.found) != list(self.wanted)


def cors_change(bucket: Bucket, origins: Sequence[str]) -> Change:
    """Raises BackendUnavailableError."""
    rule = {
        "ID": _CORS_ID,
        "AllowedOrigins": list(origins),
        "AllowedMethods": ["GET", "HEAD", "PUT"],
        "AllowedHeaders": ["*"],
        "ExposeHeaders": list(EXPOSED),
        "MaxAgeSeconds": 600,
    }
    return _change(bucket, "CORS", "get_bucket_cors", "CORSRules", [rule])


def lifecycle_change(bucket: Bucket) -> Change:
    """Raises BackendUnavailableError."""
    everything = {"Filter": {"Prefix": ""}, "Status": "Enabled"}
    rules: list[dict[str, Any]] = [
        {
            "ID": _PARTS_ID,
            **everything,
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": _DAYS},
        },
        {
            "ID": _THUMBNAILS_ID,
            "Filter": {"Prefix": THUMBNAILS},
            "Status": "Enabled",
            "Expiration": {"Days": _DAYS},
        },
    ]
    change = _change(bucket, "lifecycle", "get_bucket_lifecycle_configuration", "Rules", rules)
    missing = [rule for rule, has in zip(rules, has_rules(change.found), strict=True) if not has]
    ids = {each["ID"] for each in missing}
    kept = [each for each in change.found if each.get("ID") not in ids]
    return replace(change, wanted=[*kept, *missing])


def apply(bucket: Bucket, change: Change) -> None:
    """Raises BackendUnavailableError, NotOfferedError."""
    if change.name == "CORS":
        _ask(bucket, "put_bucket_cors", CORSConfiguration={"CORSRules": list(change.wanted)})
    else:
        _ask(
            bucket,
            "put_bucket_lifecycle_configuration",
            LifecycleConfiguration={"Rules": list(change.wanted)},
        )


def has_rules(rules: Sequence[Mapping[str, Any]]) -> tuple[bool, bool]:
    """Whether broken multipart uploads, and thumbnails, are removed in time; by whatever rule."""
    enabled = [each for each in rules if each.get("Status") == "Enabled"]
    parts = any("AbortIncompleteMultipartUpload" in rule and not _prefix(rule) for rule in enabled)
    thumbnails = any("Expiration" in rule and _prefix(rule) == THUMBNAILS for rule in enabled)
    return parts, thumbnails


def _prefix(rule: Mapping[str, Any]) -> str:
    chosen = rule.get("Filter") or {}
    return str(
        rule.get("Prefix") or chosen.get("Prefix") or chosen.get("And", {}).get("Prefix", "")
    )


def _change(
    bucket: Bucket, name: str, operation: str, member: str, rules: Sequence[Mapping[str, Any]]
) -> Change:
    try:
        answer = _ask(bucket, operation)
    except NotOfferedError as error:
        return Change(name, [], [], remark=str(error))
    found = [] if answer is None else answer.get(member)
    if found is None:  # it took the request for another, such as one for the list of keys
        return Change(name, [], [], remark=_not_known(operation))
    ids = {each["ID"] for each in rules}
    return Change(name, found, [*(each for each in found if each.get("ID") not in ids), *rules])


def _ask(bucket: Bucket, operation: str, **arguments: Any) -> Any:
    """None where nothing is configured. Raises BackendUnavailableError, NotOfferedError."""
    call: Callable[..., Any] = getattr(bucket.client, operation)
    try:
        return call(Bucket=bucket.bucket, **arguments)
    except ClientError as error:
        code = str(error.response["Error"].get("Code", ""))
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        if code in _ABSENT:
            return None
        if code in _UNKNOWN_CODES or status in _UNKNOWN_STATUSES:
            raise NotOfferedError(_not_known(operation)) from error
        raise BackendUnavailableError(f"{_words(operation)}: {code}") from error
    except BotoCoreError as error:
        raise BackendUnavailableError(f"{_words(operation)}: {error}") from error


def _not_known(operation: str) -> str:
    return f"this server does not support {_words(operation)}: configure this with its own tools"


def _words(operation: str) -> str:
    """As S3's permissions spell it."""
    return "".join(part.capitalize() for part in operation.split("_"))
