"""The shell of `tams sql`: queries that end with a semicolon, a history, and a few words of its own."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.text import Text

from sql.engine import TABLES
from sql.faults import QueryError
from sql.views import ALL
from tams.errors import RequestFailedError

try:
    import readline
except ImportError:  # Python was built without it
    readline = None  # type: ignore[assignment]

_PROMPT, _MORE = "tams> ", "  ..> "
_HISTORY_MAX = 1_000
_ENDS = {".quit", ".exit", "\\q", "quit", "exit"}
HELP = """\
A query ends with a semicolon, and may take several lines. Ctrl-C drops it, or ends the one under way.

.tables           the views (also \\d)
.schema [VIEW]    the columns of a view, with what they mean (also \\d VIEW)
.help             this
.quit             end (also \\q, and Ctrl-D)

Everything else is DuckDB's SQL: SUMMARIZE flows; looks at all columns, EXPLAIN shows how a query runs."""


class Shell:
    """`run_query` shows the rows of all queries in a text."""

    def __init__(self, run_query: Callable[[str], None], console: Console, errors: Console) -> None:
        self._run_query = run_query
        self._console = console
        self._errors = errors

    def run(self) -> None:
        history = _history()
        self._console.print("Ask in SQL. .tables lists the views, .help says more.", style="dim")
        lines: list[str] = []
        while True:
            try:
                line = input(_MORE if lines else _PROMPT)
            except EOFError:
                self._console.print()
                break
            except KeyboardInterrupt:
                self._console.print()
                lines.clear()
                continue
            if not lines and line.strip().lower() in _ENDS:
                break
            if not lines and line.strip().startswith((".", "\\")):
                self._do(self._command, line.strip())
            elif line.strip() or lines:
                lines.append(line)
                if line.rstrip().endswith(";"):
                    self._do(self._run_query, "\n".join(lines))
                    lines.clear()
        _keep(history)

    def _do(self, work: Callable[[str], None], text: str) -> None:
        """A shell goes on, whatever went wrong."""
        try:
            work(text)
        except (QueryError, RequestFailedError) as error:
            self._errors.print(Text(str(error), style="red"), soft_wrap=True)
        except KeyboardInterrupt:
            self._errors.print("interrupted", style="red")

    def _command(self, line: str) -> None:
        word, _, rest = line.rstrip(";").partition(" ")
        name = rest.strip()
        if word in {".tables", "\\d", "\\dt", "\\dv", "\\d+"} and not name:
            self._run_query(TABLES)
        elif word in {".schema", "\\d", "\\d+"}:
            self._console.print(Text(schema_of(name)), soft_wrap=True)
        elif word in {".help", "\\?", "\\h"}:
            self._console.print(Text(HELP))
        else:
            raise QueryError(f"there is no command {word}: .help lists them")


def schema_of(name: str) -> str:
    """The columns of a view, or of all. Raises QueryError."""
    chosen = [view for view in ALL if name in {"", view.name}]
    if not chosen:
        raise QueryError(f"there is no view {name!r}: .tables lists them")
    return "\n\n".join(
        "\n".join(
            [
                f"{view.name}: {view.meaning}",
                *(f"  {each.name:17} {each.type:10} {each.meaning}" for each in view.columns),
            ]
        )
        for view in chosen
    )


def _history() -> Path | None:
    """Reads the history of earlier shells. None if there is none to keep."""
    if readline is None or not sys.stdin.isatty():
        return None
    state = os.environ.get("XDG_STATE_HOME") or "~/.local/state"
    path = Path(state).expanduser() / "tams" / "sql_history"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            readline.read_history_file(path)
    except OSError:
        return None
    readline.set_history_length(_HISTORY_MAX)
    return path


def _keep(path: Path | None) -> None:
    if path is None or readline is None:
        return
    try:
        readline.write_history_file(path)
        path.chmod(0o600)
    except OSError:
        return
