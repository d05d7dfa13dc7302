"""Which Flows are played together: pictures, sounds and texts, of a collection or a Source."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from tams.models.flow import AudioFlow, DataFlow, Flow, MultiFlow, VideoFlow
from tams.services.playback.formats import VTT

_LANGUAGE_TAGS = ("language", "language_code")
_LANGUAGE = re.compile(r"[a-z]{1,8}(?:-[a-z0-9]{1,8})*", re.ASCII | re.IGNORECASE)
"""Source: RFC 5646, section 2.1, without its finer rules. XML cannot hold every text."""


@dataclass(frozen=True, slots=True)
class Track:
    """A Flow with its role in a collection, if it has one."""

    flow: Flow
    role: str | None = None

    @property
    def name(self) -> str:
        return self.flow.label or self.role or self.flow.id

    @property
    def language(self) -> str | None:
        """The first of the Flow's tags that is one; they are a convention, not part of TAMS."""
        tags = self.flow.tags or {}
        given = (tags[each] for each in _LANGUAGE_TAGS if each in tags)
        found = (each for each in given if isinstance(each, str) and _LANGUAGE.fullmatch(each))
        return next(found, None)


@dataclass(frozen=True, slots=True)
class Presentation:
    """Alternatives of each kind. A multiplex counts as a picture."""

    pictures: list[Track] = field(default_factory=list)
    sounds: list[Track] = field(default_factory=list)
    texts: list[Track] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not (self.pictures or self.sounds or self.texts)


def presentation_of(tracks: Iterable[Track]) -> Presentation:
    """Each Flow once, and none that is neither seen nor heard nor read, in the order given."""
    found = Presentation()
    seen: set[str] = set()
    for track in tracks:
        if track.flow.id in seen:
            continue
        seen.add(track.flow.id)
        match track.flow:
            case VideoFlow():
                found.pictures.append(track)
            case MultiFlow() if track.flow.container is not None:
                found.pictures.append(track)
            case AudioFlow():
                found.sounds.append(track)
            case DataFlow() if VTT in (track.flow.codec, track.flow.container):
                found.texts.append(track)
    return found
