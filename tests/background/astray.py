"""Another host of the service on the stack's VAST and queues, with a clock that jumps."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random

from functions.sweeper import app as sweeper
from tams.errors import BackendUnavailableError, NotFoundError
from tams.settings import Settings
from tests.services import services_of

LEAPS: Sequence[timedelta] = (
    timedelta(),
    timedelta(minutes=-10),
    timedelta(minutes=10),
    timedelta(hours=-1),
    timedelta(days=1),
)


class AstrayHost:
    """Changes Flows as the API does, and sweeps; it reads its settings from the environment."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self._wrong = timedelta()
        self._services = services_of(Settings(), self._now)

    def leap(self) -> None:
        self._wrong = self._random.choice(LEAPS)

    def sweep(self) -> None:
        """This host ignores what is down in the meantime."""
        try:
            sweeper.process(self._services.platform)
        except BackendUnavailableError:
            return

    def label(self, flow_id: str, label: str) -> bool:
        """Whether it was done for sure."""
        try:
            self._services.flow_properties.set(flow_id, "label", label)
        except (BackendUnavailableError, NotFoundError):
            return False
        return True

    def _now(self) -> datetime:
        return datetime.now(UTC) + self._wrong
