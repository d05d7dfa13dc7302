"""What tests of leftovers share."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import NoReturn, TypeVar

from tams.models.caller import Caller
from tams.ports import Repositories, Store
from tams.services.leftovers.found import Leftovers
from tams.timing.microseconds import to_us
from tests.integration.backup.stores import silent
from tests.integration.local_vast import STORAGE_ID
from tests.unit.services.binned import DAY, BinWorld
from tests.unit.services.world import World

T = TypeVar("T")


@dataclass
class Interleaved:
    """A store in whose first transaction somebody else comes first: after its snapshot, before its reads."""

    store: Store
    action: Callable[[], object]
    attempts: int = 0

    @property
    def caller(self) -> Caller:
        return self.store.caller

    def read(self, work: Callable[[Repositories], T]) -> T:
        return self.store.read(work)

    def write(self, work: Callable[[Repositories], T], *_contended: str) -> T:
        def interrupted(repositories: Repositories) -> T:
            self.attempts += 1
            if self.attempts == 1:
                self.action()
            return work(repositories)

        return self.store.write(interrupted)  # the two are not of one process, and take no turns

    def write_each(self, *_: object) -> NoReturn:
        raise NotImplementedError


def found(kind: Leftovers) -> int:
    return kind.find(silent()).count


def removed(kind: Leftovers) -> int:
    return sum(kind.remove())


def pass_time(world: World, duration: timedelta) -> None:
    """So slowly that the clock that all hosts share follows."""
    world.platform.time.now += duration
    now_us = to_us(world.platform.time.now)
    world.write(lambda it: it.service.believed_us(now_us, now_us))


def store_bytes(world: World, *object_ids: str, storage_id: str = STORAGE_ID) -> None:
    world.platform.bytes.kept.update({(storage_id, each): {} for each in object_ids})


def left(world: World) -> set[str]:
    return {object_id for _, object_id in world.platform.bytes.kept}


def bin_flow(world: World, flow_id: str) -> None:
    binned = BinWorld(world.platform)
    binned.keep_for(DAY)
    binned.delete_flow(flow_id)
