"""The schema version of the tables on VAST, and whether this release can use them (ADR 17)."""

from dataclasses import dataclass

from tams.errors import BackendUnavailableError
from tams.repositories.service_tables import SCHEMA_VERSION
from tams.repositories.transaction import VastTransaction
from tams.vast.errors import VastMissingError

KNOWN = 14
"""The schema version of this release, which is the number of its last migration.

It is defined here and not with the migrations, so that functions do not load those.
"""

IMPORTING = -1
"""The version of tables that `tams admin import` is still filling. No release uses or migrates them."""


@dataclass(frozen=True, slots=True)
class SchemaVersion:
    """`version` is the last completed migration.

    A release that knows version `oldest_reader`, or a later one, can use the tables.
    """

    version: int
    oldest_reader: int


def read_version(transaction: VastTransaction) -> SchemaVersion | None:
    """None if only releases that do not number their tables have provisioned here. One round trip."""
    try:
        rows = transaction.select(SCHEMA_VERSION, None, ["version", "oldest_reader"])
    except BackendUnavailableError as error:
        if isinstance(error.__cause__, VastMissingError):
            return None
        raise
    return max((SchemaVersion(**row) for row in rows), key=lambda each: each.version, default=None)


def fault_of(found: SchemaVersion | None) -> str | None:
    """Why this release cannot use tables of that version, and the remedy. None when it can."""
    if found is not None and found.version == IMPORTING:
        return (
            "the tables on VAST are still being imported: wait for `tams admin import` to end, "
            "or run it again if it was interrupted"
        )
    if found is None or found.version < KNOWN:
        there = (
            "have no schema version" if found is None else f"have schema version {found.version}"
        )
        return (
            f"the tables on VAST {there}, but this release needs version {KNOWN}: "
            "run `make provision` or `tams admin provision` with this release"
        )
    if found.oldest_reader > KNOWN:
        return (
            f"the tables on VAST have schema version {found.version}, which needs a release that supports "
            f"version {found.oldest_reader}, but this one supports {KNOWN}: deploy the release that "
            "created them (`tams admin status` shows both versions)"
        )
    return None
