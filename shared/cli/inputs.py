"""What a user names to ingest: files, folders, patterns, addresses and standard input, as a list."""

import glob
import mimetypes
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from cli.errors import CommandError

STDIN = "-"

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")

_PARTIAL_SUFFIXES = frozenset(
    {".part", ".partial", ".filepart", ".tmp", ".temp", ".crdownload", ".download", ".!ut", ".swp"}
)
_PARTIAL_STARTS = (".", "~", "in.")
_PARTIAL_ENDS = ("~",)
"""How rsync, FTP servers, browsers and editors name a file that is not yet complete."""

_TYPES = mimetypes.MimeTypes()
"""Those of Python alone: systems disagree on what `.ts` is."""

_NO_MEDIA = ("text/", "image/", "font/", "message/", "application/")
_MEDIA_ANYWAY = frozenset({"application/mxf", "application/ogg", "application/mp4"})
_NO_MEDIA_SUFFIXES = frozenset(
    {".m3u8", ".m3u", ".mpd", ".pls", ".md5", ".sha256", ".log", ".nfo", ".md", ".yaml", ".yml"}
    | {".edl", ".aaf", ".cue", ".ini", ".toml", ".heic", ".avif", ".webp", ".psd", ".srt", ".ass"}
    | {".scc", ".stl", ".dpx", ".exr", ".db", ".lrf", ".thm"}
)

_MEDIA_SUFFIXES = frozenset({".mxf", ".mkv", ".mts", ".m2ts", ".m4s", ".cmfv", ".cmfa"})
"""Beside those that Python knows. `.ts` is also the suffix of TypeScript."""


class Kind(StrEnum):
    FILE = "file"
    ADDRESS = "address"
    STDIN = "stdin"


@dataclass(frozen=True)
class Input:
    """`name` is what messages call it. `is_found` is true for a file that nobody named by itself."""

    kind: Kind
    name: str
    is_found: bool = False

    @property
    def short_name(self) -> str:
        return Path(self.name).name

    @property
    def path(self) -> Path:
        assert self.kind is Kind.FILE
        return Path(self.name)


@dataclass
class Inputs:
    """In order, without repetition; `left_out` are files in folders that are not media by their names."""

    items: list[Input] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    names_many: bool = False
    """Whether the user named more than one thing, or something that may hold more than one."""


def inputs_of(arguments: Sequence[str]) -> Inputs:
    """Raises CommandError for a folder or a pattern without any file, and for another kind of address."""
    found = Inputs(names_many=len(arguments) > 1)
    for argument in arguments:
        if argument == STDIN:
            found.items.append(Input(Kind.STDIN, "standard input"))
        elif argument.lower().startswith(("http://", "https://")):
            found.items.append(Input(Kind.ADDRESS, argument))
        elif _SCHEME.match(argument):
            raise CommandError(f"{argument} is not an http or https address")
        elif os.path.isdir(argument):  # noqa: PTH112 - a Path would change what messages quote
            found.names_many = True
            _add_folder(found, Path(argument))
        elif glob.has_magic(argument) and not os.path.lexists(argument):
            found.names_many = True
            _add_pattern(found, argument)
        else:
            found.items.append(Input(Kind.FILE, argument))
    found.items = list(dict.fromkeys(found.items))
    return found


def _add_folder(found: Inputs, folder: Path) -> None:
    files = list(files_in(folder))
    if not files:
        raise CommandError(f"{folder} has no files")
    for path in files:
        _add(found, path)


def _add_pattern(found: Inputs, pattern: str) -> None:
    paths = [Path(each) for each in glob.glob(pattern, recursive=True)]  # noqa: PTH207 - any pattern
    files = sorted((each for each in paths if each.is_file()), key=_natural)
    if not files:
        raise CommandError(f"no file matches {pattern}")
    for path in files:
        _add(found, path)


def _add(found: Inputs, path: Path) -> None:
    if is_no_media(path):
        found.left_out.append(str(path))
    else:
        found.items.append(Input(Kind.FILE, str(path), is_found=True))


def files_in(folder: Path) -> Iterator[Path]:
    """The complete files below a folder, in the order in which people count: `take 2` before `take 10`."""
    try:
        entries = sorted(folder.iterdir(), key=_natural)
    except PermissionError as error:
        raise CommandError(f"{folder} cannot be read: {error.strerror}") from error
    except FileNotFoundError:
        return  # it went in the meantime
    for entry in entries:
        if is_partial(entry.name):
            continue
        if entry.is_dir() and not entry.is_symlink():
            yield from files_in(entry)
        elif entry.is_file():
            yield entry


def is_partial(name: str) -> bool:
    """Whether a name is hidden, or one that programs give to a file that they are still writing."""
    low = name.lower()
    return (
        low.startswith(_PARTIAL_STARTS)
        or low.endswith(_PARTIAL_ENDS)
        or os.path.splitext(low)[1] in _PARTIAL_SUFFIXES  # noqa: PTH122
    )


def is_no_media(path: Path) -> bool:
    """Whether the name alone says so. If in doubt, the content decides."""
    if path.suffix.lower() in _NO_MEDIA_SUFFIXES:
        return True
    kind, _ = _TYPES.guess_type(path.name.lower())
    return kind is not None and kind.startswith(_NO_MEDIA) and kind not in _MEDIA_ANYWAY


def is_media(path: Path) -> bool:
    """Whether the name alone says so. Where such a file cannot be read, something is wrong with it."""
    if path.suffix.lower() in _MEDIA_SUFFIXES:
        return True
    kind, _ = _TYPES.guess_type(path.name.lower())
    return kind is not None and kind.startswith(("video/", "audio/"))


def _natural(path: Path) -> list[tuple[int, str]]:
    parts = re.split(r"(\d+)", str(path))
    return [(int(each), "") if each.isdigit() and each.isascii() else (-1, each) for each in parts]
