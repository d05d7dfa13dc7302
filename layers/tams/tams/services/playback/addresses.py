"""Where a player finds Objects: URLs that outlast their list, and stay the same for an hour."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from tams.models.filters import UrlFilter
from tams.models.flow import Flow
from tams.models.storage_backend import StorageBackend
from tams.models.stored_objects import Instance
from tams.ports import ObjectStores, Pieces
from tams.services.objects.get_urls import chosen_instances
from tams.services.playback.formats import file_name
from tams.services.playback.hls_media import Address
from tams.services.playback.tokens import Grant, Opened, PlaybackTokens

PERIOD_SECONDS = 3_600
"""Lists of one period name an Object alike, so that caches find it."""


def period_of(now: datetime) -> int:
    """When the period of this instant began, in seconds since 1970."""
    seconds = int(now.timestamp())
    return seconds - seconds % PERIOD_SECONDS


def lifetime_seconds(played_ns: int, margin_seconds: int) -> int:
    """From the start of a period: a list read at its end can be played through, and paused for the margin."""
    wanted = played_ns // 1_000_000_000 + margin_seconds + PERIOD_SECONDS
    return -(-wanted // PERIOD_SECONDS) * PERIOD_SECONDS


@dataclass(frozen=True, slots=True)
class Place:
    """Where a list is: below `/flows` or `/sources`, or by the token of a grant. `query` came with it."""

    tokens: Callable[[], PlaybackTokens]
    grant: Grant | None = None
    query: str = ""

    @property
    def to_tokens(self) -> str:
        """The way from the list to `/playback/`."""
        return "../../playback/" if self.grant is None else "../../../"

    def playlist_of(self, flow: Flow) -> str:
        """The address of a Flow's own list, with a token for that alone if this one has a token."""
        way = "../.."
        if self.grant is not None:
            own = replace(self.grant, opened=Opened.FLOW, identifier=(flow.id,))
            way = f"{self.to_tokens}{self.tokens().token(own)}"
        return f"{way}/flows/{flow.id}/hls.m3u8{self.query}"


@dataclass(frozen=True, slots=True)
class ObjectAddresses:
    """The addresses of one list.

    Signatures of a role end with its session. Where they may end too early, the list has short addresses of
    this service, relative to itself, which lead to fresh signatures.
    """

    object_stores: ObjectStores
    backends: Mapping[str, StorageBackend]
    period: int
    lasts_seconds: int
    place: Place
    pieces: Pieces
    places: Mapping[str, str] = field(default_factory=dict)
    """The backends of the rendered pieces in the list, by name."""
    _found: dict[str, str | None] = field(default_factory=dict)

    def of_flow(self, flow: Flow) -> Address:
        """The addresses of a Flow's Objects, which end with the suffix of its files."""
        return partial(self._of, file_name(flow))

    def _of(self, name: str, object_id: str, instances: Sequence[Instance]) -> str | None:
        """None if a player can open no instance. Our own copies come first: their URLs last."""
        if (storage_id := self.places.get(object_id)) is not None:
            return self._piece(storage_id, object_id, name)
        if object_id not in self._found:
            chosen = list(chosen_instances(instances, self.backends, UrlFilter()))
            controlled = next((each for _, each in chosen if each is not None), None)
            plain = next((each.url for each, _ in chosen if each.url is not None), None)
            self._found[object_id] = (
                plain if controlled is None else self._signed(controlled.id, object_id, name)
            )
        return self._found[object_id]

    def _signed(self, storage_id: str, object_id: str, name: str) -> str:
        lasting = self.object_stores.lasting_url(
            storage_id, object_id, begin=self.period, seconds=self.lasts_seconds, name=name
        )
        return lasting or self._short(Opened.OBJECT, storage_id, object_id, name)

    def _piece(self, storage_id: str, piece: str, name: str) -> str:
        lasting = self.pieces.lasting_url(
            storage_id, piece, begin=self.period, seconds=self.lasts_seconds, file_name=name
        )
        return lasting or self._short(Opened.PIECE, storage_id, piece, name)

    def _short(self, opened: Opened, storage_id: str, identifier: str, name: str) -> str:
        expires = self.period + self.lasts_seconds
        grant = Grant(opened, (storage_id, identifier), expires)
        return f"{self.place.to_tokens}{self.place.tokens().token(grant)}/{name}"
