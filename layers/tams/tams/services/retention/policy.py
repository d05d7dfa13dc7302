"""Which policy a Flow has, and whether another Flow still needs it."""

from dataclasses import dataclass

from tams.models.flow import Flow
from tams.models.retention import TAG, Retention
from tams.models.stored import StoredFlow
from tams.ports import Repositories


@dataclass(frozen=True, slots=True)
class Policy:
    retention: Retention
    from_source: bool


def policy_of(repositories: Repositories, flow: Flow) -> Policy | None:
    """The Flow's own tag decides or, if it has none, its Source's."""
    own = (flow.tags or {}).get(TAG)
    if own is not None:
        found = Retention.parse(own)
        return Policy(found, from_source=False) if found else None
    source = repositories.sources.find(flow.source_id)
    found = Retention.parse(((source.source.tags if source else None) or {}).get(TAG))
    return Policy(found, from_source=True) if found else None


def is_needed(repositories: Repositories, stored: StoredFlow) -> bool:
    """Whether a Flow without a policy collects it: what that Flow consists of stays with it."""
    if stored.is_unrelated:
        return False
    flow_id = stored.flow.id
    collectors = repositories.collections.collectors([flow_id]).get(flow_id, [])
    found = repositories.flows.find_many(collectors)
    return any(policy_of(repositories, each.flow) is None for each in found.values())
