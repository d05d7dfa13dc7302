"""`python -m tams.runtime.schema_status`: what `tams admin status` shows, as JSON. It changes nothing.

Exits with 0 when this release can use the tables and has nothing to do on them, otherwise 1; with 2 when a
wrong setting keeps it from finding out.
"""

import json
import sys
from typing import Any

from tams.errors import RequestFailedError
from tams.repositories.schema_status import schema_status
from tams.repositories.schema_version import KNOWN
from tams.runtime.operator_settings import OperatorSettings, SettingsError, operator_settings
from tams.runtime.vast import vast_connection


def main() -> int:
    try:
        settings = operator_settings()
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    found = _status(settings)
    sys.stdout.write(json.dumps(found) + "\n")
    return 0 if found["ready"] else 1


def _status(settings: OperatorSettings) -> dict[str, Any]:
    endpoint = ", ".join(settings.vast.all_endpoints)
    vast: dict[str, Any] = {"endpoint": endpoint, "reachable": True, "error": None}
    status: dict[str, Any] = {"ready": False, "vast": vast}
    version = {"found": None, "needed": KNOWN, "oldest_reader": None}
    try:
        found = schema_status(vast_connection(settings))
    except RequestFailedError as error:
        vast.update(reachable=False, error=str(error))
        return {**status, "version": version, "fault": None, "pending": [], "tables": []}
    if found.version is not None:
        version.update(found=found.version.version, oldest_reader=found.version.oldest_reader)
    return {
        "ready": found.is_ready,
        "vast": vast,
        "version": version,
        "fault": found.fault,
        "pending": [{"number": each.number, "title": each.title} for each in found.pending],
        "tables": [{"name": name, "rows": rows} for name, rows in found.rows.items()],
    }


if __name__ == "__main__":
    sys.exit(main())
