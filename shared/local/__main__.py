"""`python -m local`: TAMS on this machine, without Docker, until Ctrl-C."""

import argparse
import contextlib
import os
import signal
import sys
import threading
import time

from local import banner
from local.faults import InterruptedStartError, LocalStackError
from local.options import Options, from_environment
from local.stack import Stack

_EPILOG = """\
variables:
  PORT                  of the API (8000)
  TAMS_DATA_DIR         where everything is kept (.tams)
  TAMS_LOCAL_TOKEN      what callers must present; without it the API is open, on loopback only
  TAMS_ACCESS__ISSUERS, TAMS_ACCESS__ACCOUNTS, TAMS_ACCESS__CLASSES
                        who is let in, as the deployed authorizer has it (shared/docs/access.md)
  TAMS_HOST             address to listen on (127.0.0.1); another one needs a token
  TAMS_CORS_ORIGINS     origins of web pages that may call, by comma (* for all; without it
                        an open API takes pages of this machine only, another one all)
  TAMS_WEBHOOKS__ALLOWED_NETWORKS
                        networks that webhooks and media of clients may be in, as JSON
                        (loopback, while the stack listens there only)
  TAMS_PUBLIC_URL       what clients reach the API by, when that is not what they say in Host
  TAMS_TRUST_FORWARDED  take it from a proxy instead: forwarded or x-forwarded (no)
  TAMS_S3_PUBLIC_URL    what clients reach S3 by, when that is not this machine's address
  TAMS_VAST_PORT, TAMS_S3_PORT, TAMS_QUEUE_PORT
                        (9090, 9000, 9324); 0 takes any free port, also for PORT
  TAMS_WORKERS          processes that answer requests (2, at most 64)
  TAMS_VAST_CONFLICTS   when writers collide on VAST: strict (default), column, commit
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
    """Exit code 0 when it was asked to stop. Raises LocalStackError when a part ended by itself."""
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
        s3_public_url=options.s3_public_url,
        env=options.variables,
        keep_going=False,
        terminal=os.dup(sys.stdout.fileno()),  # its own number: 1 is the log in every part
        progress=lambda part: _say(f"  {part} ready after {time.monotonic() - started:.1f} s"),
        interrupted=ended,
    )
    _say(f"starting TAMS on {stack.data_dir}")
    try:
        stack.start()
        _say(banner.ready(stack, options, time.monotonic() - started))
        while not ended.wait(_LOOK_SECONDS):
            stack.check()
    except InterruptedStartError:
        pass
    finally:
        stack.stop()
    return 0


def _say(text: str) -> None:
    """To whoever started it, who may have gone."""
    with contextlib.suppress(OSError):
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
