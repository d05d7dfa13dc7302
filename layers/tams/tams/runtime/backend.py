"""`python -m tams.runtime.backend check|setup`: what `tams admin backend` does."""

import argparse
import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from pydantic_settings import BaseSettings, SettingsConfigDict

from tams.errors import BackendUnavailableError, InvalidRequestError
from tams.object_stores.backend.checking import checks
from tams.object_stores.backend.rules import (
    Change,
    NotOfferedError,
    apply,
    cors_change,
    lifecycle_change,
)
from tams.object_stores.bucket import Bucket
from tams.runtime.operator_settings import settings_of
from tams.runtime.reporting import Reported, report
from tams.runtime.storage import bucket_of
from tams.settings import Settings
from tams.settings.places import StorageBackendSettings

Document = dict[str, Any]


class BackendSettings(BaseSettings):
    """Only the backends: they may be checked before there is a VAST."""

    model_config = SettingsConfigDict(**Settings.model_config)

    storage_backends: list[StorageBackendSettings]
    secrets_max_age_seconds: float = 300.0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tams.runtime.backend", description=__doc__)
    parser.add_argument("action", choices=("check", "setup"))
    parser.add_argument("--backend", help="id or label; default: all")
    parser.add_argument("--origin", action="append", required=True, dest="origins")
    parser.add_argument("--yes", action="store_true")
    given = parser.parse_args()
    if given.action == "check":
        return report(lambda: {"backends": _check(given.backend, given.origins[0])})
    return report(lambda: {"backends": _setup(given.backend, given.origins, changes=given.yes)})


def _check(wanted: str | None, origin: str) -> list[Document]:
    progress = Reported()
    return [
        {
            **_named(settings),
            "checks": [vars(each) for each in checks(bucket, origin, bucket.find_ca_file())],
        }
        for settings, bucket in _chosen(wanted, progress)
    ]


def _setup(wanted: str | None, origins: list[str], *, changes: bool) -> list[Document]:
    """If one bucket cannot be set up, the others still are."""
    return [
        {
            **_named(settings),
            "changes": [
                _done(bucket, "CORS", partial(cors_change, bucket, origins), changes=changes),
                _done(bucket, "lifecycle", partial(lifecycle_change, bucket), changes=changes),
            ],
        }
        for settings, bucket in _chosen(wanted, Reported())
    ]


def _done(bucket: Bucket, name: str, plan: Callable[[], Change], *, changes: bool) -> Document:
    document: Document = {"name": name, "needed": False, "changed": False}
    document |= {"remark": "", "error": "", "found": [], "wanted": []}
    try:
        change = plan()
        document |= {"found": list(change.found), "wanted": list(change.wanted)}
        document |= {"needed": change.is_needed, "remark": change.remark}
        if changes and change.is_needed:
            apply(bucket, change)
            document["changed"] = True
    except NotOfferedError as error:
        document |= {"needed": False, "remark": str(error)}
    except BackendUnavailableError as error:
        document["error"] = str(error)
    return document


def _chosen(
    wanted: str | None, progress: Reported
) -> Iterator[tuple[StorageBackendSettings, Bucket]]:
    """Raises InvalidRequestError, SettingsError."""
    settings = settings_of(BackendSettings)
    chosen = [
        each
        for each in settings.storage_backends
        if wanted is None or wanted in {each.id, each.label}
    ]
    if not chosen:
        known = ", ".join(each.label or each.id for each in settings.storage_backends)
        raise InvalidRequestError(
            f"there is no storage backend {wanted!r}; there are: {known or 'none'}"
        )
    for each in chosen:
        progress.stage(each.label or each.id)
        yield each, bucket_of(each, settings.secrets_max_age_seconds)


def _named(settings: StorageBackendSettings) -> Document:
    return {"id": settings.id, "label": settings.label, "bucket": settings.bucket}


if __name__ == "__main__":
    sys.exit(main())
