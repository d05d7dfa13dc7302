"""Standard output and standard error of every command."""

from collections.abc import Iterable

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

_WIDTH_UNSEEN = 160
"""Columns when no terminal gives a width, as in a pipe or a file."""
_CONTROLS = {each: "\ufffd" for each in (*range(0x20), *range(0x7F, 0xA0)) if chr(each) != "\n"}


class _SafeConsole(Console):
    """Shows labels and other foreign text without characters that a terminal would interpret."""

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        for segment in super().render(renderable, options):
            if segment.control:  # our own, as of a progress bar
                yield segment
            else:
                yield segment._replace(text=segment.text.translate(_CONTROLS))


out, err = _SafeConsole(), _SafeConsole(stderr=True)
if not out.is_terminal:
    out.width = _WIDTH_UNSEEN
