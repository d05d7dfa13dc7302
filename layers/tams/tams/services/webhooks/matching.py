"""Decides which webhooks an event is for (WHK-27…34). Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Self

from tams.models.delivery import Relations
from tams.models.stored import StoredEvent
from tams.models.webhook import Webhook

DELETIONS = frozenset({"flows/deleted", "sources/deleted"})


@dataclass(frozen=True, slots=True)
class Filters:
    """A webhook's filters as sets: each is asked about every event, and may hold a thousand ids."""

    webhook_id: str
    events: frozenset[str]
    read_classes: frozenset[str] | None
    source_ids: frozenset[str] | None
    flow_ids: frozenset[str] | None
    source_collected_by_ids: frozenset[str] | None
    flow_collected_by_ids: frozenset[str] | None

    @classmethod
    def of(cls, webhook: Webhook) -> Self:
        return cls(
            webhook.id,
            frozenset(webhook.events),
            _set(webhook.read_classes),
            _set(webhook.source_ids),
            _set(webhook.flow_ids),
            _set(webhook.source_collected_by_ids),
            _set(webhook.flow_collected_by_ids),
        )


def matches(webhook: Webhook | Filters, event: StoredEvent, relations: Relations) -> bool:
    """Every filter that is set must pass (WHK-31). Filters on Flows do not affect events of Sources."""
    if event.event_type not in webhook.events:
        return False
    classes = webhook.read_classes
    if classes is not None and not any(each in classes for each in event.auth_classes):
        return False
    source_id, flow_id = event.source_id or "", event.flow_id
    of_source = relations.of_sources.get(source_id, ())
    if not (
        _named(webhook.source_ids, source_id)
        and _collected(webhook.source_collected_by_ids, of_source)
    ):
        return False
    if flow_id is None:
        return True
    of_flow = relations.of_flows.get(flow_id, ())
    return _named(webhook.flow_ids, flow_id) and _collected(webhook.flow_collected_by_ids, of_flow)


def asks_for_relations(webhook: Webhook) -> bool:
    return webhook.flow_collected_by_ids is not None or webhook.source_collected_by_ids is not None


def with_lost(relations: Relations, events: Sequence[StoredEvent]) -> Relations:
    """Treats a deleted Flow or Source as still collected by its last collectors (WHK-34)."""
    gone = [event for event in events if event.event_type in DELETIONS]
    flows = {each.flow_id: each.collected_by for each in gone if each.flow_id is not None}
    sources = {each.source_id: each.collected_by for each in gone if each.flow_id is None}
    return Relations(
        {**relations.of_flows, **flows},
        {**relations.of_sources, **{key: value for key, value in sources.items() if key}},
    )


def _set(ids: Collection[str] | None) -> frozenset[str] | None:
    return None if ids is None else frozenset(ids)


def _named(ids: Collection[str] | None, own: str) -> bool:
    """A missing or empty list matches everything (WHK-32)."""
    return not ids or own in ids


def _collected(wanted: Collection[str] | None, collectors: Sequence[str]) -> bool:
    """An empty list matches what nothing collects (WHK-29)."""
    if wanted is None:
        return True
    if not wanted:
        return not collectors
    return any(collector in wanted for collector in collectors)
