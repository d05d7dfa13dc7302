"""Reads files as an ingest does, without a server: `python -m tests.cli.reading_files` in a child process.

It takes one path a line, and answers each with a line of JSON: the verdict and its words.
"""

import json
import resource
import sys
import time
from fractions import Fraction
from pathlib import Path

from cli.damage import Damage, broken_promise
from cli.errors import CommandError
from cli.plan import plan
from cli.probe import probe
from cli.segmenting import segments

CPU_SECONDS = 30
"""A file of one second that takes longer than this is one that hangs."""


def verdict(path: Path) -> tuple[str, str]:
    """Whole, part or refused; anything else is a bug that a user would meet as such."""
    try:
        tracks = probe(path)
        planned = plan(path, tracks, Fraction(1))
        damages = []
        for track in tracks:
            damages.append(Damage())
            for cut in segments(path, track, planned, 0, damages[-1]):
                assert cut.media, "an empty Object"
                assert cut.start_ns < cut.end_ns, f"a Segment of no time at {cut.start_ns}"
        broken_promise(damages, planned.promised_end)
    except CommandError as error:
        return "refused", str(error)
    except Exception as error:  # noqa: BLE001 - any of them is a finding
        return "bug", f"{type(error).__name__}: {error}"
    words = [each.words(planned.origin) for each in damages]
    return ("part", str(words)) if any(words) else ("whole", "")


def main() -> None:
    for line in sys.stdin:
        used = int(time.process_time())
        resource.setrlimit(resource.RLIMIT_CPU, (used + CPU_SECONDS, resource.RLIM_INFINITY))
        kind, words = verdict(Path(line.strip()))
        sys.stdout.write(json.dumps([kind, words]) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
