"""`python -m tams.runtime.status`: what `tams admin status` shows, as JSON.

It changes nothing in the store's tables. `--probe` makes a schema of its own for a moment.

Exits with 0 when nothing needs attention, otherwise 1; with 2 when a wrong setting keeps it from finding out.
"""

import argparse
import json
import sys
from collections.abc import Mapping
from typing import Any

from tams import __version__
from tams.errors import RequestFailedError
from tams.repositories.backlog import Ages
from tams.repositories.probes.conflicts import probe_conflicts
from tams.repositories.schema_status import SchemaStatus, TableFacts, schema_status
from tams.repositories.schema_version import KNOWN
from tams.repositories.session import VastConnection
from tams.repositories.storage_ids import NamedBackends
from tams.repositories.store_status import store_status
from tams.runtime.attention import attention
from tams.runtime.clock import utc_now
from tams.runtime.operator_settings import SettingsError, StatusSettings, settings_of
from tams.runtime.vast import vast_connection
from tams.timing.microseconds import from_us

Document = dict[str, Any]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tams.runtime.status", description=__doc__)
    parser.add_argument("--probe", action="store_true", help="find out how VAST treats conflicts")
    arguments = parser.parse_args()
    try:
        settings = settings_of(StatusSettings)
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    found = status(settings, with_probe=arguments.probe)
    sys.stdout.write(json.dumps(found) + "\n")
    return 1 if found["attention"] else 0


def status(settings: StatusSettings, *, with_probe: bool) -> Document:
    endpoint = ", ".join(settings.vast.all_endpoints)
    vast: Document = {"endpoint": endpoint, "reachable": True, "error": None}
    version: Document = {"found": None, "needed": KNOWN, "oldest_reader": None}
    document: Document = {
        "ready": False,
        "package": __version__,
        "vast": vast,
        "schema": settings.vast.schema_,
        "version": version,
        "fault": None,
        "pending": [],
        "differences": [],
        "tables": [],
        "projections": [],
        "backlog": None,
        "swept": None,
        "recycle_bin": None,
        "storage_backends": None,
        "conflicts": None,
    }
    connection = vast_connection(settings)
    try:
        found = schema_status(connection)
        document |= _of_tables(found)
        if found.is_ready:
            document |= _of_rows(connection, settings, found, document["tables"])
    except RequestFailedError as error:
        vast.update(reachable=False, error=str(error))
        return {**document, "attention": attention(document, utc_now())}
    if found.version is not None:
        version.update(found=found.version.version, oldest_reader=found.version.oldest_reader)
    if with_probe:
        document["conflicts"] = _probed(connection)
    return {**document, "attention": attention(document, utc_now())}


def _of_tables(found: SchemaStatus) -> Document:
    return {
        "ready": found.is_ready,
        "fault": found.fault,
        "pending": [
            {"number": each.number, "title": each.title, "additive": each.additive}
            for each in found.pending
        ],
        "differences": list(found.differences),
        "tables": [_table(name, facts) for name, facts in found.tables.items()],
        "projections": [
            {"table": each.table, "name": each.name, "state": str(each.state)}
            for each in found.projections
        ],
    }


def _table(name: str, facts: TableFacts | None) -> Document:
    shown: Document = {"name": name, "rows": None, "size_bytes": None, "sorting": None}
    if facts is not None:
        stats = facts.stats
        sorting = {
            "key": list(facts.sorting_key),
            "done": stats.sorting_done,
            "score": stats.sorting_score,
        }
        shown |= {
            "rows": stats.rows,
            "size_bytes": stats.size_bytes,
            "sorting": sorting if stats.is_sorted else None,
        }
    return {**shown, "oldest": None, "newest": None}


def _of_rows(
    connection: VastConnection,
    settings: StatusSettings,
    schema: SchemaStatus,
    tables: list[Document],
) -> Document:
    """The tables are those of this release, so their rows can be read."""
    backends = settings.storage_backends
    known = None if backends is None else {each.id: each.label for each in backends}
    found = store_status(connection, schema.rows, known)
    return {
        "tables": [{**each, **_moments(found.ages.get(each["name"]))} for each in tables],
        "backlog": dict(found.backlog.waiting),
        "swept": _moment(found.backlog.swept_us),
        "recycle_bin": found.recycle_bin.to_json() if found.recycle_bin else None,
        "storage_backends": _backends(found.backends, known or {}),
    }


def _backends(named: NamedBackends | None, configured: Mapping[str, str | None]) -> Document | None:
    if named is None:
        return None
    return {
        "configured": [{"id": each, "label": label} for each, label in configured.items()],
        "objects_looked_at": named.looked_at,
        "all_objects": named.is_whole,
        "unknown": [{"id": each, "objects": count} for each, count in named.unknown.items()],
    }


def _probed(connection: VastConnection) -> Document:
    try:
        found = probe_conflicts(connection)
    except RequestFailedError as error:
        return {"rule": None, "safe": None, "error": str(error)}
    return {
        "rule": found.mode,
        "safe": found.is_safe,
        "error": None,
        "same_column": found.same_column,
        "other_column": found.other_column,
        "update_and_delete": found.update_and_delete,
    }


def _moments(ages: Ages | None) -> Document:
    return {
        "oldest": _moment(ages.oldest_us if ages else None),
        "newest": _moment(ages.newest_us if ages else None),
    }


def _moment(us: int | None) -> str | None:
    return None if us is None else from_us(us).isoformat(timespec="seconds")


if __name__ == "__main__":
    sys.exit(main())
