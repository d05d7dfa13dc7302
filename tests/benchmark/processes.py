"""CPU of the processes that answer."""

from collections.abc import Mapping

import psutil

from local.stack import Stack

PARTS = {"gateway": "gateway and functions", "vast": "vastlocal", "s3": "S3", "queue": "queue"}
"""Parts of a stack without background work, and what tables call them. The gateway runs our functions."""


def cpu_ms(pid: int) -> float:
    """Of a process and those it started, since they began."""
    process = psutil.Process(pid)
    family = [process, *process.children(recursive=True)]
    return 1000 * sum(times.user + times.system for times in (it.cpu_times() for it in family))


def cpu_of(stack: Stack) -> Mapping[str, float]:
    """In milliseconds, by part."""
    return {part: cpu_ms(stack.pid(part)) for part in PARTS}
