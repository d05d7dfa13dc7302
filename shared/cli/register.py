"""Which commands there are.

A module is imported when its command is asked for, since media libraries load slowly.
"""

import inspect
from importlib import import_module
from typing import Any

import typer
import typer.main

WHERE = {
    "serve": "cli.serve",
    "demo": "cli.demo",
    "ingest": "cli.ingesting",
    "export": "cli.exporting",
    "play": "cli.play",
    "ls": "cli.listing",
    "show": "cli.showing",
    "rm": "cli.deleting",
    "restore": "cli.deleting",
    "sql": "cli.sql",
    "admin": "cli.admin",
    "bridge": "cli.bridge",
}
"""The module of each command, in the order of the help. It has a function of that name, or an `app`."""


def command_of(name: str) -> Any:
    """The command as Typer builds it. Raises KeyError."""
    module = import_module(WHERE[name])
    parent = typer.Typer(pretty_exceptions_enable=False)
    if (function := getattr(module, name, None)) is not None:
        parent.command(name)(function)
    else:
        parent.add_typer(module.app, name=name)
    _join_help_lines(parent)
    return typer.main.get_group(parent).commands[name]


def _join_help_lines(app: typer.Typer) -> None:
    """Typer joins only the first paragraph of a docstring; the others would break in mid-sentence."""
    for each in app.registered_commands:
        paragraphs = inspect.getdoc(each.callback) or ""
        each.help = "\n\n".join(" ".join(part.split()) for part in paragraphs.split("\n\n"))
    for group in app.registered_groups:
        if group.typer_instance is not None:
            _join_help_lines(group.typer_instance)
