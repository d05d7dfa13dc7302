"""A progress bar on a terminal, silence elsewhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich import progress as rich_progress
from rich.console import Console


class Progress(Protocol):
    """Receives the current kind of work, how much there is to do, and how much is done."""

    def stage(self, words: str) -> None:
        """Another kind of work begins, counted from zero."""

    def begin(self, total: int) -> None:
        """More work has been discovered."""

    def advance(self, by: int) -> None:
        """Another `by` of it is done."""


class Bar:
    """Progress on a terminal."""

    def __init__(self, progress: rich_progress.Progress, words: str, prefix: str) -> None:
        self._progress = progress
        self._prefix = prefix
        self._task = progress.add_task(prefix + words, total=None)
        self._total = 0

    def stage(self, words: str) -> None:
        self._total = 0
        self._progress.reset(self._task, total=None, description=self._prefix + words)

    def begin(self, total: int) -> None:
        self._total += total
        self._progress.update(self._task, total=self._total)

    def advance(self, by: int) -> None:
        self._progress.advance(self._task, by)


@contextmanager
def bar(console: Console, words: str, prefix: str = "") -> Iterator[Bar]:
    """`prefix` stands before the name of the work."""
    columns = (
        rich_progress.TextColumn("{task.description}"),
        rich_progress.BarColumn(),
        rich_progress.TaskProgressColumn(),
        rich_progress.TimeRemainingColumn(),
    )
    with rich_progress.Progress(
        *columns, console=console, disable=not console.is_terminal
    ) as progress:
        yield Bar(progress, words, prefix)
