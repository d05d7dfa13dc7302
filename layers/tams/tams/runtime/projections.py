"""`python -m tams.runtime.projections`: what `tams admin projections` does, with its answer as JSON."""

import argparse
import sys
from typing import Any

from tams.repositories.projections import (
    ProjectionStatus,
    disable,
    enable,
    read_projections,
    tables_named,
)
from tams.runtime.operator_settings import operator_settings
from tams.runtime.reporting import report
from tams.runtime.vast import vast_connection


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tams.runtime.projections", description=__doc__)
    parser.add_argument("action", choices=["status", "enable", "disable"])
    parser.add_argument("tables", nargs="*", metavar="TABLE")
    arguments = parser.parse_args()

    def work() -> dict[str, Any]:
        connection = vast_connection(operator_settings())
        tables = tables_named(arguments.tables)
        change = {"enable": enable, "disable": disable}.get(arguments.action)
        done = change(connection, tables) if change else []
        found = read_projections(connection, tables)
        return {"done": done, "projections": [_shown(each) for each in found]}

    return report(work)


def _shown(each: ProjectionStatus) -> dict[str, Any]:
    return {
        "table": each.table,
        "name": each.name,
        "state": str(each.state),
        "columns": None if each.columns is None else list(each.columns),
        "found": None if each.found is None else sorted(each.found),
    }


if __name__ == "__main__":
    sys.exit(main())
