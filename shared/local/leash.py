"""Runs a command that cannot outlive the stack: `leash.py DESCRIPTOR COMMAND…`.

The command takes over this process. Beside it, in its process group, a watcher stays behind. It kills the
whole group when the command ends, or when the stack's process does, for whatever reason (the pipe DESCRIPTOR
then ends). So neither depends on the good will of a program, ours or not. An interpreter without
site-packages runs this as a file, so it imports the standard library only.
"""

import contextlib
import os
import resource
import select
import signal
import sys

_LOOK_SECONDS = 1.0
_MACOS_DESCRIPTORS = 10_240
"""The most that macOS grants, even if it reports no limit."""


def main() -> None:
    leash, command = int(sys.argv[1]), sys.argv[2:]
    _raise_descriptor_limit()
    watched = os.getpid()
    if os.fork() == 0:
        _watch(leash, watched)
    os.set_inheritable(leash, False)
    os.execv(command[0], command)  # noqa: S606 - no shell is wanted  # nosec B606


def _watch(leash: int, watched: int) -> None:
    for descriptor in map(int, os.listdir("/dev/fd")):  # noqa: PTH208 - names, not paths
        if descriptor != leash:
            with contextlib.suppress(OSError):  # one was for the listing itself
                os.close(descriptor)
    while os.getppid() == watched and not select.select([leash], [], [], _LOOK_SECONDS)[0]:
        pass
    os.killpg(os.getpgrp(), signal.SIGKILL)


def _raise_descriptor_limit() -> None:
    """A part answers with 503 when its descriptors run out; better that it has many."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for soft in (hard, _MACOS_DESCRIPTORS):
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        except (ValueError, OSError):
            continue
        return


if __name__ == "__main__":
    main()
