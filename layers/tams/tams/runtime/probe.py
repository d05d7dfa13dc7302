"""`python -m tams.runtime.probe`: what `tams admin probe` does.

It works in a schema of its own, which it drops afterwards, and touches no other.
"""

import argparse
import logging
import sys
from typing import Any

from tams.repositories.probes.all import Extent, probe
from tams.repositories.probes.assumptions import Finding
from tams.runtime.operator_settings import operator_settings
from tams.runtime.reporting import Reported, report
from tams.runtime.vast import vast_connection

Document = dict[str, Any]


def main() -> int:
    usual = Extent()
    parser = argparse.ArgumentParser(prog="python -m tams.runtime.probe", description=__doc__)
    parser.add_argument("--rows", type=int, default=usual.rows)
    parser.add_argument("--round-trips", type=int, default=usual.round_trips)
    parser.add_argument("--idle-seconds", type=float, default=usual.idle_seconds)
    given = parser.parse_args()
    logging.getLogger("tams").setLevel(logging.ERROR)  # dead addresses are part of the probe
    return report(lambda: _probe(Extent(given.rows, given.round_trips, given.idle_seconds)))


def _probe(extent: Extent) -> Document:
    """Raises BackendUnavailableError, SettingsError."""
    settings = operator_settings()
    found = probe(vast_connection(settings), extent, Reported())
    return {
        "endpoint": ", ".join(settings.vast.all_endpoints),
        "sound": not any(each.is_fault for each in found),
        "assumptions": [_shown(each) for each in found],
    }


def _shown(each: Finding) -> Document:
    return {
        "number": each.number,
        "assumption": each.assumption.words,
        "measured": each.measured,
        "verdict": each.verdict,
        "needed": each.assumption.is_needed,
        "remedy": each.assumption.remedy,
    }


if __name__ == "__main__":
    sys.exit(main())
