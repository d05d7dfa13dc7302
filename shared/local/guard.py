"""Ends every part when the stack's own process is gone, even after `kill -9`.

Run as a file by an interpreter without site-packages, so it imports the standard library only.
It reads process groups from stdin, "+123" for a new one, "-123" for one that has ended; when the
pipe breaks, what is left is killed. It shares the data directory's lock, so that no new stack
starts beside leftovers.
"""

import contextlib
import os
import select
import signal

_LOOK_AGAIN_SECONDS = 1.0


def main() -> None:
    parent = os.getppid()
    groups: set[int] = set()
    unread = b""
    while os.getppid() == parent:
        if not select.select([0], [], [], _LOOK_AGAIN_SECONDS)[0]:
            continue
        received = os.read(0, 4096)
        if not received:
            break
        *lines, unread = (unread + received).split(b"\n")
        for line in lines:
            group = int(line[1:])
            (groups.add if line.startswith(b"+") else groups.discard)(group)
    for group in groups:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)


if __name__ == "__main__":
    main()
