"""Runs each ingest in a process of its own: if the media library crashes, only that file is lost."""

import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NoReturn

from cli.connection import connected
from cli.errors import CommandError, NotMediaError, RefusedError, UnreachableError, one_line
from cli.ingest import Ingest, Outcome
from cli.ingest_options import Options
from cli.progress import Progress
from cli.unfinished import mark_unfinished

_CONTEXT: Any = get_context("spawn" if sys.platform == "darwin" else "forkserver")
"""Never plain fork: a child can wait for ever for a lock that another thread of its parent held."""
_CONTEXT.set_forkserver_preload(["cli.apart"])
_ERRORS = {each.__name__: each for each in (NotMediaError, RefusedError, UnreachableError)}
_END_SECONDS = 10.0


@dataclass(frozen=True)
class Server:
    url: str
    token: str | None


@dataclass
class _Told:
    """Reports progress to the parent. Source: cli.progress.Progress."""

    connection: "Connection[Any, Any]"
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def send(self, what: str, *values: object) -> None:
        with self._lock:
            self.connection.send((what, *values))

    def stage(self, words: str) -> None:
        self.send("stage", words)

    def begin(self, total: int) -> None:
        self.send("begin", total)

    def advance(self, by: int) -> None:
        self.send("advance", by)

    def say(self, words: str) -> None:
        self.send("say", words)

    def begun(self, flow_ids: Sequence[str]) -> None:
        self.send("begun", list(flow_ids))


def ingest_apart(
    server: Server, path: Path, options: Options, progress: Progress, say: Callable[[str], None]
) -> Outcome:
    """As `Ingest.run`. Raises CommandError, also for a crash, and KeyboardInterrupt.

    If an ingest cannot finish, its Flows in the store say so, provided the server can be reached.
    """
    receiver, sender = _CONTEXT.Pipe(duplex=False)
    child = _CONTEXT.Process(target=_ingest, args=(sender, server, path, options), daemon=True)
    child.start()
    sender.close()
    hears = _Hears(progress, say)
    try:
        with receiver:
            hears.all_of(receiver)
        child.join()
    except KeyboardInterrupt:
        _end(child)
        mark_unfinished(server.url, server.token, hears.flow_ids, "interrupted")
        raise
    if hears.outcome is not None:
        return hears.outcome
    error = hears.error or _crash(path, child.exitcode)
    mark_unfinished(server.url, server.token, hears.flow_ids, str(error))
    raise error


@dataclass
class _Hears:
    """Reads the child's reports."""

    progress: Progress
    say: Callable[[str], None]
    flow_ids: list[str] = field(default_factory=list)
    outcome: Outcome | None = None
    error: Exception | None = None

    def all_of(self, receiver: "Connection[Any, Any]") -> None:
        while True:
            try:
                what, *values = receiver.recv()
            except (EOFError, ConnectionError):
                return
            match what:
                case "done":
                    (self.outcome,) = values
                case "failed":
                    name, text = values
                    self.error = _ERRORS.get(name, CommandError)(text)
                case "begun":
                    (self.flow_ids,) = values
                case "say":
                    self.say(*values)
                case _:
                    getattr(self.progress, what)(*values)


def _crash(path: Path, code: int | None) -> CommandError:
    if code is not None and code < 0 and -code != signal.SIGKILL:
        name = signal.Signals(-code).name
        return RefusedError(f"{path} makes the media library crash ({name}), so it is not ingested")
    return CommandError(f"the ingest of {path} was killed, perhaps because memory ran out")


def _end(child: Any) -> None:
    with suppress(ProcessLookupError):
        os.kill(child.pid, signal.SIGINT)
    child.join(_END_SECONDS)
    if child.is_alive():
        child.kill()
        child.join()


def _ingest(sender: "Connection[Any, Any]", server: Server, path: Path, options: Options) -> None:
    """In the child."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    told = _Told(sender)
    try:
        with connected(server.url, server.token) as client:
            outcome = Ingest(client, path, options, told, told.say, told.begun).run()
        told.send("done", outcome)
    except (KeyboardInterrupt, BrokenPipeError):
        pass  # the parent knows, or is no more
    except Exception as error:
        told.send("failed", type(error).__name__, one_line(error))
        if os.environ.get("TAMS_DEBUG"):
            raise  # which prints the traceback


def _end_with_parent() -> NoReturn:
    parent = parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)
