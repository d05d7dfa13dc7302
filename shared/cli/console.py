"""Standard output and standard error of every command."""

from rich.console import Console

_WIDTH_UNSEEN = 160
"""Columns where no terminal says how wide it is: a pipe, a file."""

out, err = Console(), Console(stderr=True)
if not out.is_terminal:
    out.width = _WIDTH_UNSEEN
