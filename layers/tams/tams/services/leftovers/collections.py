"""Entries of collections whose collecting Flow or member does not exist."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from tams.models.caller import Caller
from tams.ports import Clock, Platform, Progress, Repositories, Store
from tams.services.deletion.removal import leave_collections
from tams.services.leftovers.found import EXAMPLES_MAX, Found
from tams.timing.microseconds import to_us


@dataclass(frozen=True, slots=True)
class BrokenCollections:
    store: Store
    clock: Clock

    @classmethod
    def of(cls, platform: Platform) -> Self:
        return cls(platform.store(Caller.background("clean")), platform.clock)

    def find(self, progress: Progress) -> Found:
        def work(repositories: Repositories) -> Found:
            count = 0
            examples: list[str] = []
            for links, gone in _broken(repositories):
                progress.advance(len(links))
                broken = [link for link in links if not gone.isdisjoint(link)]
                count += len(broken)
                for parent, child in broken[: EXAMPLES_MAX - len(examples)]:
                    examples.append(f"{parent} collects {child}")
            return Found(count, tuple(examples))

        return self.store.read(work)

    def remove(self) -> Iterator[int]:
        """The Flows at the other ends change as if the missing one had just been deleted."""
        for flow_id in self.store.read(_missing):
            yield self._remove(flow_id)

    def _remove(self, flow_id: str) -> int:
        """Returns how many entries named the Flow. A Flow that exists by now keeps its own."""

        def work(repositories: Repositories) -> int:
            if repositories.flows.existing([flow_id]):
                return 0
            now = self.clock()
            repositories.guards.hold([flow_id], to_us(now))  # nobody can create it in the meantime
            members = repositories.collections.members([flow_id]).get(flow_id, [])
            collectors = repositories.collections.collectors([flow_id]).get(flow_id, [])
            events = leave_collections(repositories, flow_id, members, collectors, now)
            repositories.events.add(events)
            return len(members) + len(collectors)

        return self.store.write(work, flow_id)


def _missing(repositories: Repositories) -> list[str]:
    return sorted(set().union(*(gone for _, gone in _broken(repositories))))


def _broken(repositories: Repositories) -> Iterator[tuple[list[tuple[str, str]], set[str]]]:
    """Pages of entries, and the Flows that they name in vain."""
    for links in repositories.collections.links():
        named = {flow_id for link in links for flow_id in link}
        yield links, named - repositories.flows.existing(named)
