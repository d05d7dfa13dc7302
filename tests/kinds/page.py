"""Writes shared/docs/supported-media.md: `python -m tests.kinds.page` takes all kinds in and out."""

# ruff: noqa: E501

import tempfile
from collections.abc import Mapping
from pathlib import Path

from tests.kinds.checking import COLUMNS, examined
from tests.kinds.kinds import KINDS
from tests.kinds.making import NotMadeError, made
from tests.stacks import new_stack

PAGE = Path(__file__).parents[2] / "shared" / "docs" / "supported-media.md"

_HEAD = """# Supported media

<!-- Written by `python -m tests.kinds.page`. Do not edit. -->

FFmpeg makes a small file of each kind. `tams ingest` stores it and `tams export` exports it, and each cell compares the result with
FFmpeg's own reading of the file. `make soak` does the same and fails if a cell no longer matches. Cells without a tick say what
differs.

| column | what must be equal |
| --- | --- |
| ingest | codec, digest of every frame and number of samples, read from the Objects in the store |
| metadata | size, rate, depth, chroma, fields, pixels, channels, language and tags, as `ffprobe` states them |
| timeline | the time of every frame, where audio begins and how long it lasts; Segments without gaps or overlaps |
| whole | digest and time of every frame, and the samples, of an export without `--timerange`; nothing is re-encoded |
| stretch | the frames shown from 0.53 s to 1.47 s with their times; samples and their offset from the video, to one sample |

Tolerances: frame times to 2 ms, audio times to 4 ms in the timeline; sample counts may differ by one (two in a stretch), or by a
millisecond if the file's clock is that coarse (Matroska, Flash Video). Samples are compared by their mean difference at the best
alignment, without the first 3,000, which depend on what a decoder received before. Vorbis samples are compared only in exports,
because its Objects cannot be decoded alone.
"""


def page_of(results: Mapping[str, Mapping[str, str]]) -> str:
    """`results` are what is wrong, by kind and column. Kinds without a result are left out."""
    parts = [_HEAD]
    tried = [each for each in KINDS if each.name in results]
    notes: list[str] = []
    for group in dict.fromkeys(each.group for each in tried):
        parts.append(f"\n## {group.capitalize()}\n")
        parts.append("| kind | " + " | ".join(COLUMNS) + " |")
        parts.append("| --- |" + " --- |" * len(COLUMNS))
        for kind in (each for each in tried if each.group == group):
            wrong = results[kind.name]
            cells = [
                "✓" if name not in wrong else _why(kind.but.get(name, "differs"), notes)
                for name in COLUMNS
            ]
            parts.append(f"| {kind.name} | " + " | ".join(cells) + " |")
    if notes:
        parts.append("\n## What is different\n")
        parts += [f"{number}. {words}" for number, words in enumerate(notes, 1)]
    good = {name: sum(name not in results[each.name] for each in tried) for name in COLUMNS}
    parts.append(
        f"\nOf {len(tried)} kinds: " + ", ".join(f"{name} {good[name]}" for name in COLUMNS) + "."
    )
    return "\n".join(parts) + "\n"


def _why(words: str, notes: list[str]) -> str:
    if words not in notes:
        notes.append(words)
    return f"no ({notes.index(words) + 1})"


def main() -> None:
    results = {}
    with tempfile.TemporaryDirectory() as base, new_stack(Path(base) / "data") as stack:
        for number, kind in enumerate(KINDS):
            folder = Path(base) / str(number)
            folder.mkdir()
            try:
                results[kind.name] = examined(stack, kind, made(kind, folder)).wrong
            except NotMadeError as error:
                print(f"{kind.name}: not made: {error}")  # noqa: T201
    PAGE.write_text(page_of(results))


if __name__ == "__main__":
    main()
