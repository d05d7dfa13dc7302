"""The result of each file of an ingest, in words and as JSON."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from rich.markup import escape

from cli.console import err, out
from cli.ingest import Outcome

FAILED, DAMAGED = 1, 3
"""Exit codes: a file was not ingested; a file was ingested as far as it is readable."""

_NAMED = 5
"""The most files that are not media to name; JSON has all."""


class Result(StrEnum):
    WHOLE = "whole"
    PART = "part"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True)
class FileResult:
    """`reason` is why a file was refused, or why its ingest failed."""

    file: str
    result: Result
    outcome: Outcome | None = None
    reason: str | None = None

    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = {"file": self.file, "result": self.result}
        if self.reason is not None:
            found["reason"] = self.reason
        return found | (vars(self.outcome) if self.outcome is not None else {})


@dataclass
class Results:
    """Of all files of one command. `left_out` are those in folders that are not media."""

    files: list[FileResult] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    def count(self, result: Result) -> int:
        return sum(each.result is result for each in self.files)

    @property
    def exit_code(self) -> int:
        found = {each.result for each in self.files}
        if not found or found & {Result.REFUSED, Result.FAILED}:
            return FAILED
        return DAMAGED if Result.PART in found else 0

    def json(self) -> dict[str, Any]:
        counts = {str(each): self.count(each) for each in Result}
        files = [each.json() for each in self.files]
        return {"files": files, **counts, "left_out": self.left_out}

    def summary(self) -> str:
        counted = [f"{self.count(each)} {each}" for each in Result if self.count(each)]
        return ", ".join(counted) or "nothing ingested"


def in_segments(count: int) -> str:
    return "1 Segment" if count == 1 else f"{count} Segments"


def finished(file: str, outcome: Outcome) -> FileResult:
    return FileResult(file, Result.PART if outcome.damage else Result.WHOLE, outcome)


def tell_one(outcome: Outcome, name: str) -> None:
    """Everything about a file that was named alone."""
    if outcome.was_complete:
        extent = "as far as it can be read" if outcome.damage else "complete"
        out.print(
            f"the same content is already in the store, {extent}, as {outcome.known_as!r}; "
            "--again ingests it once more",
            markup=False,
        )
    else:
        again = f", {outcome.skipped} were already there" if outcome.skipped else ""
        out.print(f"{in_segments(outcome.registered)} registered{again}")
        if again and outcome.known_as is not None:
            out.print(f"resumed the same content, known as {outcome.known_as!r}", markup=False)
    out.print(f"multi  {outcome.multi_flow_id}", highlight=False)
    for role, flow_id in outcome.flow_ids.items():
        out.print(f"{role:6} {flow_id}", highlight=False)
    tell_remarks(outcome, name)


def tell_remarks(outcome: Outcome, name: str) -> None:
    """On standard error."""
    for note in outcome.notes:
        err.print(f"note: {escape(note)}", soft_wrap=True)
    for line in outcome.damage:
        err.print(
            f"[yellow]warning:[/yellow] {escape(name)} is damaged: {escape(line)}", soft_wrap=True
        )


def tell_line(result: FileResult) -> None:
    """One line for one of many files: on standard output if it is in the store."""
    if result.outcome is None:
        err.print(
            f"[red]{result.result}:[/red] {escape(result.reason or result.file)}",
            highlight=False,
            soft_wrap=True,
        )
        return
    outcome = result.outcome
    known = f"in the store as {outcome.known_as!r}" if outcome.was_complete else ""
    words = known or in_segments(outcome.registered + outcome.skipped)
    out.print(
        f"{result.result:6} {outcome.multi_flow_id}  {result.file}  {words}",
        highlight=False,
        markup=False,
        soft_wrap=True,
    )
    tell_remarks(outcome, result.file)


def tell_summary(results: Results) -> None:
    out.print(results.summary(), highlight=False)
    if results.left_out:
        tell_left_out(results.left_out)


def tell_left_out(names: Sequence[str]) -> None:
    count = len(names)
    what = "1 file that is not media" if count == 1 else f"{count} files that are not media"
    more = ", …" if count > _NAMED else ""
    out.print(
        f"left out {what}: {', '.join(names[:_NAMED])}{more}",
        highlight=False,
        markup=False,
        soft_wrap=True,
    )
