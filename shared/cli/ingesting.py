"""`tams ingest`: one file or many, or those that appear in a folder."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from cli.addresses import LOCAL_URL
from cli.apart import Server, ingest_apart
from cli.console import err, out
from cli.errors import CommandError, NotMediaError, RefusedError, UnreachableError
from cli.ingest import Outcome
from cli.ingest_options import Options
from cli.inputs import STDIN, Input, Inputs, inputs_of, is_media
from cli.option_values import tags_from
from cli.options import AsJson, Container, SegmentTags, TimestampText, Token, Url
from cli.progress import bar
from cli.results import (
    DAMAGED,
    FileResult,
    Result,
    Results,
    finished,
    tell_line,
    tell_one,
    tell_remarks,
    tell_summary,
)
from cli.spooling import as_file, in_words_of
from cli.watching import Watch
from tams.timing import Timestamp


@dataclass(frozen=True)
class Ingesting:
    """The server and the options of one command."""

    server: Server
    options: Options

    def one(self, given: Input, prefix: str = "") -> Outcome:
        """Raises CommandError."""
        with bar(err, given.short_name, prefix) as progress, as_file(given, progress) as path:
            try:
                return ingest_apart(self.server, path, self.options, progress, _say)
            except CommandError as error:
                raise type(error)(in_words_of(given, path, str(error))) from error

    def result_of(self, given: Input, prefix: str = "") -> FileResult | None:
        """None for a file in a folder that is neither media nor named like media. Raises UnreachableError."""
        try:
            return finished(given.name, self.one(given, prefix))
        except UnreachableError:
            raise
        except NotMediaError as error:
            if given.is_found and not is_media(given.path):
                return None
            return FileResult(given.name, Result.REFUSED, reason=str(error))
        except RefusedError as error:
            return FileResult(given.name, Result.REFUSED, reason=str(error))
        except CommandError as error:
            return FileResult(given.name, Result.FAILED, reason=str(error))


def ingest(
    files: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="FILE",
            show_default=False,
            help="Media with video or audio, in any format: files, folders, patterns such as "
            "'*.mxf', http(s) addresses, or - for standard input.",
        ),
    ] = None,
    watch: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            exists=True,
            file_okay=False,
            help="Ingest the files in a folder, and new ones once they are complete, until Ctrl-C.",
        ),
    ] = None,
    settle_seconds: Annotated[
        float,
        typer.Option(
            min=0.1,
            help="With --watch: how long a file must stay unchanged to count as complete.",
        ),
    ] = 5.0,
    url: Url = LOCAL_URL,
    token: Token = None,
    segment_seconds: Annotated[
        float,
        typer.Option(
            min=0.1, help="Minimum length of a Segment, which ends at the next key frame."
        ),
    ] = 2.0,
    label: Annotated[
        str | None, typer.Option(help="Label of the Flows. Default: the name of the file.")
    ] = None,
    start: TimestampText = "0:0",
    jobs: Annotated[int, typer.Option(min=1, max=32, help="Number of parallel uploads.")] = 4,
    register_by_upload: Annotated[
        bool,
        typer.Option(
            "--register-by-upload",
            help="Let each upload register its own Segment. This is an extension of TAMS.",
        ),
    ] = False,
    again: Annotated[
        bool,
        typer.Option("--again", help="Ingest the file again even if it is already in the store."),
    ] = False,
    strict: Annotated[
        bool,
        typer.Option(
            "--strict",
            help="Refuse a damaged file before anything is stored. This reads each file once more.",
        ),
    ] = False,
    container: Annotated[
        Container,
        typer.Option(
            help="Container of Segments for codecs that fit into both: MPEG-TS, or CMAF, which is "
            "fragmented MP4 with one initialisation for each Flow. auto: what players expect."
        ),
    ] = Container.AUTO,
    segment_tag: SegmentTags = None,
    as_json: AsJson = False,
) -> None:
    """Ingest media files into the store. After an interruption, run it again to resume.

    A file is identified by its whole content, not by its name, so the same content is stored only once. If a
    file is damaged, its readable part is stored, a warning says what is missing, and the exit code is 3.

    Several files are ingested one by one: a file that is refused does not stop the others. A summary at the
    end counts them. The exit code is then 1 if any file was refused or failed, otherwise 3 if any is damaged.
    """
    given = _checked(files, watch, label)
    options = Options(
        segment_seconds,
        Timestamp.parse(start).ns,
        label,
        jobs,
        register_by_upload,
        again,
        strict,
        tags_from(segment_tag),
        container.value,
    )
    ingesting = Ingesting(Server(url, token), options)
    if watch is not None:
        Watch(watch, settle_seconds, ingesting.result_of, as_json=as_json).run()
    elif given.names_many:
        _many(ingesting, given, as_json=as_json)
    else:
        _single(ingesting, given.items[0], as_json=as_json)


def _checked(files: Sequence[str] | None, watch: Path | None, label: str | None) -> Inputs:
    """Raises BadParameter, and CommandError for a folder without files."""
    if (watch is None) is (not files):
        raise typer.BadParameter("give files to ingest, or --watch FOLDER", param_hint="FILE")
    found = inputs_of(files or [])
    if label is not None and (watch is not None or len(found.items) > 1):
        raise typer.BadParameter(
            "only one file can have it: others get their names", param_hint="--label"
        )
    if list(files or []).count(STDIN) > 1:
        raise typer.BadParameter("standard input can be read only once", param_hint="FILE")
    return found


def _single(ingesting: Ingesting, given: Input, *, as_json: bool) -> None:
    name = given.short_name
    outcome = ingesting.one(given)
    if as_json:
        out.print_json(json.dumps(vars(outcome)))
        tell_remarks(outcome, name)
    else:
        tell_one(outcome, name)
    if outcome.damage:
        raise typer.Exit(DAMAGED)


def _many(ingesting: Ingesting, given: Inputs, *, as_json: bool) -> None:
    results = Results(left_out=list(given.left_out))
    with _summarized(results, as_json=as_json):
        for number, each in enumerate(given.items, 1):
            result = ingesting.result_of(each, f"{number}/{len(given.items)} ")
            if result is None:
                results.left_out.append(each.name)
                continue
            results.files.append(result)
            if not as_json:
                tell_line(result)
    if results.exit_code:
        raise typer.Exit(results.exit_code)


@contextmanager
def _summarized(results: Results, *, as_json: bool) -> Iterator[None]:
    """Also when a server that is down, or Ctrl-C, ends the command early."""
    try:
        yield
    finally:
        if as_json:
            out.print_json(json.dumps(results.json()))
        else:
            tell_summary(results)


def _say(words: str) -> None:
    err.print(f"note: {escape(words)}", soft_wrap=True)
