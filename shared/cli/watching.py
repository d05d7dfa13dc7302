"""`tams ingest --watch`: ingests files that appear in a folder, once they are complete.

Files that are in the store are not ingested again, so a restart needs no memory of its own.
"""

import json
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from rich.markup import escape

from cli.console import err, out
from cli.digests import file_state
from cli.errors import UnreachableError
from cli.inputs import Input, Kind, files_in, is_no_media
from cli.results import FileResult, Result, Results, tell_line, tell_summary

_LOOK_SECONDS = 1.0
_AGAIN_SECONDS = 30.0
"""After a failure that is not the file's own, such as a server that is down."""

Ingests = Callable[[Input], FileResult | None]


@dataclass
class _Seen:
    """A file as it was last seen, and since when (monotonic). `done` is the state that was dealt with."""

    state: list[int]
    since: float
    done: list[int] | None = None
    not_before: float = 0.0


@dataclass
class Watch:
    """`result_of` is None for a file that is not media, and raises UnreachableError."""

    folder: Path
    settle_seconds: float
    result_of: Ingests
    as_json: bool = False
    _results: Results = field(default_factory=Results)
    _seen: dict[Path, _Seen] = field(default_factory=dict)

    def run(self) -> None:
        """Until Ctrl-C or SIGTERM, which are its regular end."""
        before = signal.signal(signal.SIGTERM, _as_ctrl_c)
        err.print(
            f"watching {escape(str(self.folder))} until Ctrl-C", highlight=False, soft_wrap=True
        )
        try:
            while True:
                for path in self._look():
                    self._ingest(path)
                time.sleep(min(_LOOK_SECONDS, self.settle_seconds))
        except KeyboardInterrupt:
            pass
        finally:
            signal.signal(signal.SIGTERM, before)
        if not self.as_json:
            tell_summary(self._results)

    def _look(self) -> list[Path]:
        """The files to ingest now. Forgets those that are gone."""
        now, found, ready = time.monotonic(), {}, []
        for path in files_in(self.folder):
            if is_no_media(path):
                continue
            try:
                state = file_state(path)
            except OSError:
                continue  # it went in the meantime
            seen = self._seen.get(path) or _Seen(state, now)
            if seen.state != state:
                seen.state, seen.since, seen.not_before = state, now, 0.0
            found[path] = seen
            rests = now - seen.since >= self.settle_seconds and state[0] > 0
            if rests and seen.done != state and now >= seen.not_before:
                ready.append(path)
        self._seen = found
        return ready

    def _ingest(self, path: Path) -> None:
        seen = self._seen[path]
        try:
            result = self.result_of(Input(Kind.FILE, str(path), is_found=True))
        except UnreachableError as error:
            result = FileResult(str(path), Result.FAILED, reason=str(error))
        if result is not None and result.result is Result.FAILED:
            seen.not_before = time.monotonic() + _AGAIN_SECONDS
        else:
            seen.done = seen.state
        self._keep(path, result)

    def _keep(self, path: Path, result: FileResult | None) -> None:
        """Of several attempts at one file, the last one counts."""
        if result is None:
            self._results.left_out.append(str(path))
            return
        kept = [each for each in self._results.files if each.file != result.file]
        self._results.files = [*kept, result]
        if self.as_json:
            line = json.dumps(result.json())
            out.print(line, highlight=False, markup=False, soft_wrap=True)
        else:
            tell_line(result)


def _as_ctrl_c(*_: object) -> NoReturn:
    raise KeyboardInterrupt
