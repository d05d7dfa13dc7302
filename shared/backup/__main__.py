"""`python -m backup`: what `tams admin export` and `tams admin import` do."""

import argparse
import sys
from pathlib import Path
from typing import Any

from backup.exporting import export_store
from backup.importing import import_store
from tams.runtime.clock import utc_now
from tams.runtime.operator_settings import operator_settings
from tams.runtime.reporting import Reported, report
from tams.runtime.vast import vast_connection


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m backup", description=__doc__)
    parser.add_argument("action", choices=["export", "import"])
    parser.add_argument("folder", type=Path)
    arguments = parser.parse_args()

    def work() -> dict[str, Any]:
        connection = vast_connection(operator_settings())
        if arguments.action == "import":
            done = import_store(connection, arguments.folder, Reported())
            return {"schema": connection.schema, "done": done}
        manifest = export_store(connection, arguments.folder, Reported(), utc_now())
        return {
            "schema": connection.schema,
            "schema_version": manifest.schema_version,
            "rows": manifest.rows,
            "tables": {table.name: table.rows for table in manifest.tables},
        }

    return report(work)


if __name__ == "__main__":
    sys.exit(main())
