"""Whether what the service stands on answers."""

from collections.abc import Callable
from dataclasses import dataclass

from tams.errors import BackendUnavailableError
from tams.ports import ObjectStores, Store


@dataclass(frozen=True, slots=True)
class HealthService:
    store: Store
    object_stores: ObjectStores

    def check(self) -> dict[str, str]:
        """`ok`, or what is wrong, for each of VAST and S3."""
        return {
            "vast": _state(
                lambda: self.store.read(lambda repositories: repositories.service.get())
            ),
            "s3": _state(self.object_stores.check),
        }


def _state(probe: Callable[[], object]) -> str:
    try:
        probe()
    except BackendUnavailableError as error:
        return str(error)
    return "ok"
