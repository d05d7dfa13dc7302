"""What retention will remove next, and when."""

from dataclasses import dataclass
from typing import Self

from tams.models.caller import Caller
from tams.models.paging import Page
from tams.models.queries import Query
from tams.models.retention import KEPT_US, LOOK_US, Goes, Kept, RetainedFlow
from tams.models.stored import StoredFlow
from tams.ports import Platform, Repositories, Store
from tams.services.retention.policy import Policy, is_needed, policy_of
from tams.timing.microseconds import from_us


@dataclass(frozen=True, slots=True)
class RetentionReportService:
    store: Store

    @classmethod
    def of(cls, platform: Platform, caller: Caller) -> Self:
        return cls(platform.store(caller))

    def list_(self, query: Query) -> Page[RetainedFlow]:
        """Flows that have a policy, those due first. A page may hold fewer than there are places for."""

        def work(repositories: Repositories) -> Page[RetainedFlow]:
            looks, next_key = repositories.flows.looks(query)
            flows = repositories.flows.find_many(list(looks))
            items = []
            for flow_id, look_us in looks.items():
                stored = flows[flow_id]
                if (policy := policy_of(repositories, stored.flow)) is not None:
                    items.append(_item(repositories, stored, policy, look_us))
            return Page(tuple(items), next_key)

        return self.store.read(work)


def _item(
    repositories: Repositories, stored: StoredFlow, policy: Policy, look_us: int
) -> RetainedFlow:
    flow = stored.flow
    kept = None
    if flow.read_only:
        kept = Kept.READ_ONLY
    elif is_needed(repositories, stored):
        kept = Kept.COLLECTED
    whole = policy.retention.flow_due_us(flow) is not None
    return RetainedFlow(
        flow_id=flow.id,
        source_id=flow.source_id,
        label=flow.label,
        retention=policy.retention.text,
        from_source=policy.from_source,
        goes=Goes.FLOW if whole else Goes.SEGMENTS,
        next=None if look_us in (LOOK_US, KEPT_US) else from_us(look_us),
        kept_because=kept,
        segment_count=stored.timeline.segment_count,
    )
