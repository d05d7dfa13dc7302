"""Webhooks: where clients want events sent (WHK-1…26)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from tams.errors import ForbiddenError, InvalidRequestError
from tams.models.caller import Permission
from tams.models.delivery import DeliveryState
from tams.models.paging import Page
from tams.models.queries import WebhookQuery
from tams.models.stored import to_us
from tams.models.webhook import (
    Webhook,
    WebhookGet,
    WebhookPost,
    WebhookPut,
    WebhookSettings,
    WebhookStatus,
)
from tams.ports import Clock, Queue, Repositories, Store
from tams.services.permissions import (
    readable_flows,
    readable_sources,
    tags_of_new,
    tags_of_replaced,
    webhook_to,
)
from tams.services.webhook_targets import TargetPolicy

FILTER_IDS_MAX = 1_000


@dataclass(frozen=True, slots=True)
class WebhookService:
    """Secrets go in and never come out: every answer is a WebhookGet."""

    store: Store
    clock: Clock
    targets: TargetPolicy
    deliveries: Queue

    def get(self, webhook_id: str) -> WebhookGet:
        """Raises NotFoundError. Source: GET /service/webhooks/{webhookId}."""
        return self.store.read(
            lambda repositories: webhook_to(Permission.READ, repositories, webhook_id).shown()
        )

    def list_(self, query: WebhookQuery) -> Page[WebhookGet]:
        """Source: GET /service/webhooks."""

        def work(repositories: Repositories) -> Page[WebhookGet]:
            classes = repositories.caller.classes_for(Permission.READ)
            page = repositories.webhooks.list_(replace(query, classes=classes))
            return Page(tuple(each.shown() for each in page.items), page.next_key)

        return self.store.read(work)

    def create(self, post: WebhookPost) -> WebhookGet:
        """Always a new one, even for a URL that has one (WHK-2). Raises InvalidRequestError."""
        self.targets.check_url(post.url)
        fields = _fields(post) | {"tags": tags_of_new(self.store.caller, post.tags) or post.tags}
        webhook = Webhook(
            **fields,
            id=str(uuid4()),
            active_since_us=to_us(self.clock()),
            read_classes=self._read_classes(),
        )

        def work(repositories: Repositories) -> None:
            _check_filters(repositories, post)
            repositories.deliveries.save_state(DeliveryState(webhook.id))
            repositories.webhooks.add(webhook, event_id=str(uuid4()))

        self.store.write(work)
        return webhook.shown()

    def replace(self, webhook_id: str, put: WebhookPut) -> WebhookGet:
        """What the body leaves out is unset, but for the secret, which no client can read (WHK-10, WHK-11).

        Raises NotFoundError, InvalidRequestError.
        """

        def work(repositories: Repositories) -> WebhookGet:
            stored = webhook_to(Permission.WRITE, repositories, webhook_id)
            _check_filters(repositories, put)
            self.targets.check_url(put.url)
            if put.id != webhook_id:
                raise InvalidRequestError(
                    f"id: {put.id!r} is not the id of the path, {webhook_id!r}"
                )
            if stored.status is WebhookStatus.ERROR and put.status is WebhookStatus.DISABLED:
                raise InvalidRequestError(
                    "status: a webhook in error is not sending; set created to start it again"
                )
            stopped = stored.status is WebhookStatus.DISABLED
            since_us = to_us(self.clock()) if stopped else stored.active_since_us
            tags = tags_of_replaced(repositories.caller, stored.tags, put.tags)
            webhook = Webhook(
                **_fields(put) | {"tags": tags or put.tags},
                active_since_us=since_us,
                read_classes=self._read_classes(stored.read_classes),
            )
            if webhook.api_key_name is not None and webhook.api_key_value is None:
                _check_same_receiver(stored, webhook)
                webhook = webhook.model_copy(update={"api_key_value": stored.api_key_value})
            repositories.webhooks.save(webhook, event_id=str(uuid4()))
            _forget_failures(repositories, webhook_id)
            return webhook.shown()

        replaced = self.store.write(work)
        self.deliveries.send([webhook_id])
        return replaced

    def delete(self, webhook_id: str) -> None:
        """Raises NotFoundError."""

        def work(repositories: Repositories) -> None:
            webhook_to(Permission.DELETE, repositories, webhook_id)
            repositories.webhooks.remove(webhook_id)

        self.store.write(work)
        self.deliveries.send([webhook_id])

    def _read_classes(self, before: tuple[str, ...] | None = None) -> tuple[str, ...] | None:
        """What its events may be of: whatever whoever sets it up may read now (WHK-38).

        An admin who changes it gives it no more to read than it had.
        """
        classes = self.store.caller.classes_for(Permission.READ)
        return before if classes is None else tuple(sorted(classes))


def _check_filters(repositories: Repositories, given: WebhookSettings) -> None:
    """AUT-15: what it names, the caller may read. Raises ForbiddenError, InvalidRequestError."""
    filters = ("flow_ids", "source_ids", "flow_collected_by_ids", "source_collected_by_ids")
    for name in filters:
        if len(getattr(given, name) or ()) > FILTER_IDS_MAX:
            raise InvalidRequestError(f"{name}: at most {FILTER_IDS_MAX} ids")
    classes = repositories.caller.classes_for(Permission.READ)
    if classes is None:
        return
    flows = {*(given.flow_ids or ()), *(given.flow_collected_by_ids or ())}
    sources = {*(given.source_ids or ()), *(given.source_collected_by_ids or ())}
    unknown = flows - readable_flows(repositories, classes, flows)
    unknown |= sources - readable_sources(repositories, classes, sources)
    if unknown:
        raise ForbiddenError(
            f"filters: you have no permission to read {', '.join(sorted(unknown))}"
        )


def _check_same_receiver(stored: Webhook, webhook: Webhook) -> None:
    """A secret is sent to whom its owner gave it for. Raises InvalidRequestError."""
    if stored.api_key_value is None:
        return
    if _receiver(stored.url) != _receiver(webhook.url):
        raise InvalidRequestError("api_key_value: must be given again for a URL on another server")
    if stored.api_key_name != webhook.api_key_name:
        raise InvalidRequestError("api_key_value: must be given again with another api_key_name")


def _receiver(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc


def _forget_failures(repositories: Repositories, webhook_id: str) -> None:
    """What waits is tried again at once; whoever is sending just now goes on undisturbed."""
    state = repositories.deliveries.state(webhook_id)
    if state.holder is None and (state.next_us or state.attempts):
        repositories.deliveries.save_state(
            replace(state, attempts=0, failing_since_us=None, next_us=0)
        )


def _fields(given: WebhookSettings) -> dict[str, Any]:
    names: Sequence[str] = tuple(type(given).model_fields)
    return {name: getattr(given, name) for name in names}
