"""A progress bar where someone looks, silence where nobody does."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn


class Bar:
    """`cli.ingest.Progress` on a terminal."""

    def __init__(self, progress: Progress, words: str) -> None:
        self._progress = progress
        self._task = progress.add_task(words, total=None)
        self._total = 0

    def stage(self, words: str) -> None:
        """Another kind of work begins, counted from zero."""
        self._total = 0
        self._progress.reset(self._task, total=None, description=words)

    def begin(self, total: int) -> None:
        """More work became known."""
        self._total += total
        self._progress.update(self._task, total=self._total)

    def advance(self, by: int) -> None:
        self._progress.advance(self._task, by)


@contextmanager
def bar(console: Console, words: str) -> Iterator[Bar]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        yield Bar(progress, words)
