"""The secret of tokens, kept for a while: a list that a player polls need not read it each time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from weakref import WeakKeyDictionary

from tams.models.caller import Caller
from tams.ports import Clock, Platform
from tams.services.playback.tokens import PlaybackTokens

SECRET_KEPT = timedelta(seconds=60)
"""A secret that has been renewed opens nothing after this long."""


@dataclass(slots=True)
class KeptTokens:
    read: Callable[[], str]
    clock: Clock
    _tokens: PlaybackTokens | None = None
    _read_at: datetime | None = None

    def current(self) -> PlaybackTokens:
        """Reads the secret if what it knows is too old. Raises BackendUnavailableError."""
        now = self.clock()
        if self._tokens is None or self._read_at is None or now - self._read_at >= SECRET_KEPT:
            self._tokens, self._read_at = PlaybackTokens(self.read()), now
        return self._tokens


_KEPT: WeakKeyDictionary[Platform, KeptTokens] = WeakKeyDictionary()


def kept_tokens(platform: Platform) -> KeptTokens:
    """Those of a deployment, in this process."""
    if platform not in _KEPT:
        store = platform.store(Caller.background("playback"))
        _KEPT[platform] = KeptTokens(
            lambda: store.read(lambda it: it.deliveries.relay_state().page_secret), platform.clock
        )
    return _KEPT[platform]
