"""Every command, argument and option explains itself."""

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import typer.main

from cli.main import app
from tests.cli.test_commands import run


def commands(command: Any, *path: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    yield path, command
    names = command.list_commands(None) if hasattr(command, "list_commands") else []
    for name in names:
        yield from commands(command.get_command(None, name), *path, name)


ALL = dict(commands(typer.main.get_command(app)))


def test_all_commands_are_looked_at() -> None:
    admin = {("admin", each) for each in ("queues", "redrive", "retry", "sweep", "token", "user")}
    assert {("ingest",), ("export",), ("ls",), ("rm",), *admin} < ALL.keys()


@pytest.mark.parametrize("path", ALL, ids=lambda path: " ".join(path) or "tams")
def test_every_command_and_parameter_has_help_that_is_shown(path: tuple[str, ...]) -> None:
    command = ALL[path]
    code, text = run(*path, "--help")
    shown = " ".join(text.replace("│", " ").split())

    assert code == 0
    assert command.help, "the command has no help"
    for parameter in command.params:
        help_text = getattr(parameter, "help", None)
        assert help_text, f"{parameter.name} has no help"
        assert help_text.split(".")[0].split()[0] in shown, parameter.name


@pytest.mark.parametrize("path", ALL, ids=lambda path: " ".join(path) or "tams")
def test_help_is_sentences(path: tuple[str, ...]) -> None:
    command = ALL[path]
    for text in (command.help, *(each.help for each in command.params)):
        assert text[0].isupper() or text.startswith("--"), text
        assert text.rstrip().endswith("."), text


def test_the_exit_codes_are_documented() -> None:
    _, text = run("--help")

    for part in ("0 success", "1 failure", "2 wrong usage", "130 interrupted"):
        assert part in text


@pytest.mark.parametrize(
    "arguments",
    [
        ("no-such-command",),
        ("ls", "nothing"),
        ("ls", "--no-such-option"),
        ("ls", "segments", "not-an-id"),
        ("ls", "--timerange", "5-10"),
        ("export", "not-an-id", "out.mp4"),
        ("rm", "flow", "../service"),
        ("rm", "flow"),
        ("ingest", "x.mp4", "--jobs", "0"),
        ("--url", "ftp://x", "ls"),
        ("ls", "--url", "http://"),
        ("ls", "--token", "two words"),
        ("admin", "token", "bob", "--scope", "everything"),
    ],
    ids=" ".join,
)
def test_wrong_usage_is_exit_code_2(arguments: tuple[str, ...]) -> None:
    code, text = run(*arguments)

    assert code == 2, text
    assert "Usage: " in text
    assert "Traceback" not in text


def test_a_timerange_that_cannot_be_read_says_what_would_be_right() -> None:
    for command in (("ls",), ("export", "0" * 8 + "-0000-4000-8000-" + "0" * 12, "out.mp4")):
        _, text = run(*command, "--timerange", "00:00:05-00:00:10")

        assert "'00:00:05-00:00:10' is not a timerange" in text
        assert "'[5:0_15:0)' is from 5 s" in text


@pytest.mark.parametrize("path", ALL, ids=lambda path: " ".join(path) or "tams")
def test_help_breaks_no_line_in_mid_sentence(path: tuple[str, ...]) -> None:
    for paragraph in (ALL[path].help or "").split("\n\n"):
        assert "\n" not in paragraph.strip(), paragraph


def test_a_command_loads_only_what_it_needs() -> None:
    """Media libraries, numpy and DuckDB take longer to load than most commands run."""
    code = (
        "import sys; from cli.main import app; app(['ls', '--help'], standalone_mode=False);"
        "print(sorted({'av', 'numpy', 'duckdb', 'pyarrow'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.splitlines()[-1] == "[]"


def test_a_mistyped_command_is_corrected() -> None:
    code, text = run("lss")

    assert code == 2
    assert "Did you mean 'ls'?" in text
