"""Short ids: the beginning of an id stands for the whole where only one id begins so."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from cli.client import Client
from cli.errors import CommandError
from tams.models.common import is_uuid

SHORT = re.compile(r"[0-9a-f]{4}[0-9a-f-]{0,31}")
"""At least 4 characters, as with Git."""

_SHOWN = 8
_LISTED = 5

FLOW, SOURCE = "Flow", "Source"


@dataclass(frozen=True)
class Candidate:
    kind: str
    id: str
    label: str

    def __str__(self) -> str:
        label = f" {self.label!r}" if self.label else ""
        return f"{self.id} ({self.kind}{label})"


def short(identifier: str) -> str:
    """What people read; it may not be unique in a large store."""
    return identifier[:_SHOWN]


def flow_id_of(client: Client, text: str) -> str:
    """The whole id of a Flow. Raises CommandError."""
    return _whole(client, text, (FLOW,))


def source_id_of(client: Client, text: str) -> str:
    """The whole id of a Source. Raises CommandError."""
    return _whole(client, text, (SOURCE,))


def id_of(client: Client, text: str) -> str:
    """The whole id of a Flow or a Source. Raises CommandError."""
    return _whole(client, text, (FLOW, SOURCE))


_IDS_OF_ENTRIES = (
    ("id", "entry"),
    ("flow_id", FLOW),
    ("source_id", SOURCE),
    ("deletion_id", "deletion"),
)


def deleted_id_of(client: Client, text: str) -> str:
    """The whole id of an entry of the recycle bin, or of what an entry has. Raises CommandError."""
    if is_uuid(text):
        return text
    entries = client.pages("/recycle-bin", limit="1000")
    found = {
        each[name]: Candidate(kind, each[name], each.get("label", ""))
        for each in entries
        for name, kind in _IDS_OF_ENTRIES
        if str(each.get(name, "")).startswith(text)
    }
    return _only(text, found.values(), "nothing in the recycle bin", "tams ls --deleted")


def _whole(client: Client, text: str, kinds: tuple[str, ...]) -> str:
    if is_uuid(text):
        return text
    found = [each for kind in kinds for each in _beginning_with(client, text, kind)]
    return _only(text, found, f"no {' or '.join(kinds)}", "tams ls")


def _beginning_with(client: Client, text: str, kind: str) -> Iterator[Candidate]:
    """Reads the whole list: the API does not search by a part of an id."""
    listed: Iterator[dict[str, Any]] = client.pages(f"/{kind.lower()}s", limit="1000")
    for each in listed:
        if each["id"].startswith(text):
            yield Candidate(kind, each["id"], each.get("label", ""))


def _only(text: str, candidates: Iterable[Candidate], none: str, lists: str) -> str:
    found = list(candidates)
    if len({each.id for each in found}) == 1:
        return found[0].id
    if not found:
        raise CommandError(f"{none} has an id that begins with {text}: `{lists}` lists them")
    more = ", …" if len(found) > _LISTED else ""
    names = ", ".join(map(str, found[:_LISTED]))
    raise CommandError(f"{text} is not unique: {names}{more}. Give more of the id")
