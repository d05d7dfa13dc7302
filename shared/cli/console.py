"""Standard output and standard error of every command."""

from rich.console import Console

_WIDTH_UNSEEN = 160
"""Columns when no terminal gives a width, as in a pipe or a file."""

out, err = Console(), Console(stderr=True)
if not out.is_terminal:
    out.width = _WIDTH_UNSEEN
