"""Webhooks: the URLs to which clients want events sent (WHK-1…26)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self
from urllib.parse import urlsplit
from uuid import uuid4

from tams.errors import InvalidRequestError, quoted
from tams.models.caller import Caller, Permission
from tams.models.delivery import DeliveryState
from tams.models.paging import Page
from tams.models.queries import WebhookQuery
from tams.models.storage_backend import StorageBackend
from tams.models.webhook import (
    Webhook,
    WebhookGet,
    WebhookPost,
    WebhookPut,
    WebhookSettings,
    WebhookStatus,
)
from tams.ports import Platform, Queue, Repositories, Store, UrlPolicy
from tams.services.access.permissions import tags_of_new, tags_of_replaced, webhook_to
from tams.services.webhooks.filters import check_filters, known_ids
from tams.services.webhooks.relay import EventRelay


@dataclass(frozen=True, slots=True)
class WebhookService:
    """Secrets go in and never come out: every answer is a WebhookGet."""

    store: Store
    relay: EventRelay
    targets: UrlPolicy
    deliveries: Queue
    backends: Mapping[str, StorageBackend]

    @classmethod
    def of(cls, platform: Platform, caller: Caller) -> Self:
        return cls(
            platform.store(caller),
            EventRelay.of(platform),
            platform.targets,
            platform.queues.deliveries,
            platform.backends,
        )

    def get(self, webhook_id: str) -> WebhookGet:
        """Raises NotFoundError. Source: GET /service/webhooks/{webhookId}."""

        def work(repositories: Repositories) -> WebhookGet:
            webhook = webhook_to(Permission.READ, repositories, webhook_id)
            return self._shown(repositories, [webhook])[0]

        return self.store.read(work)

    def list_(self, query: WebhookQuery) -> Page[WebhookGet]:
        """Source: GET /service/webhooks."""

        def work(repositories: Repositories) -> Page[WebhookGet]:
            classes = repositories.caller.classes_for(Permission.READ)
            page = repositories.webhooks.list_(replace(query, classes=classes))
            return Page(tuple(self._shown(repositories, page.items)), page.next_key)

        return self.store.read(work)

    def create(self, post: WebhookPost) -> WebhookGet:
        """Always creates a new one, even for a URL that has one (WHK-2). Raises InvalidRequestError."""
        self.targets.check_url(post.url)
        fields = _fields(post) | {"tags": tags_of_new(self.store.caller, post.tags) or post.tags}
        webhook = Webhook(
            **fields,
            id=str(uuid4()),
            read_classes=self._read_classes(),
        )

        def work(repositories: Repositories) -> None:
            check_filters(repositories, post)
            repositories.deliveries.save_state(DeliveryState(webhook.id))
            repositories.webhooks.add(webhook)

        self.relay.relay_all()  # events from before its creation are not for it
        self.store.write(work)
        return webhook.shown()

    def replace(self, webhook_id: str, put: WebhookPut) -> WebhookGet:
        """Unsets what the body omits, except the secret, which no client can read (WHK-10, WHK-11).

        Raises NotFoundError, InvalidRequestError.
        """

        def work(repositories: Repositories) -> WebhookGet:
            stored = webhook_to(Permission.WRITE, repositories, webhook_id)
            check_filters(repositories, put)
            self.targets.check_url(put.url)
            if put.id != webhook_id:
                raise InvalidRequestError(
                    f"id: {quoted(put.id)} differs from the id in the path, {quoted(webhook_id)}"
                )
            if stored.status is WebhookStatus.ERROR and put.status is WebhookStatus.DISABLED:
                raise InvalidRequestError(
                    "status: a webhook in error is already stopped; set created to restart it"
                )
            tags = tags_of_replaced(repositories.caller, stored.tags, put.tags)
            known = known_ids(repositories, self.backends, [stored])
            whole = known.with_unseen(put, stored) if known else put
            webhook = Webhook(
                **_fields(whole) | {"tags": tags or put.tags},
                read_classes=self._read_classes(stored.read_classes),
            )
            if webhook.api_key_name is not None and webhook.api_key_value is None:
                _check_same_receiver(stored, webhook)
                webhook = webhook.model_copy(update={"api_key_value": stored.api_key_value})
            repositories.webhooks.save(webhook)
            _forget_failures(repositories, webhook_id)
            return self._shown(repositories, [webhook])[0]

        if put.status is WebhookStatus.CREATED:
            self.relay.relay_all()  # events from while it was disabled are not for it (WHK-26)
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

    def _shown(self, repositories: Repositories, webhooks: Sequence[Webhook]) -> list[WebhookGet]:
        """The webhooks as this caller sees them."""
        known = known_ids(repositories, self.backends, webhooks)
        return [(known.seen(each) if known else each).shown() for each in webhooks]

    def _read_classes(self, before: tuple[str, ...] | None = None) -> tuple[str, ...] | None:
        """The classes whose events it gets: all that its creator may read now (WHK-38).

        An admin who changes the webhook does not let it read any more than before.
        """
        classes = self.store.caller.classes_for(Permission.READ)
        return before if classes is None else tuple(sorted(classes))


def _check_same_receiver(stored: Webhook, webhook: Webhook) -> None:
    """Send a secret only to the server that its owner gave it for. Raises InvalidRequestError."""
    if stored.api_key_value is None:
        return
    if _receiver(stored.url) != _receiver(webhook.url):
        raise InvalidRequestError(
            "api_key_value: must be given again when the URL's server changes"
        )
    if stored.api_key_name != webhook.api_key_name:
        raise InvalidRequestError("api_key_value: must be given again when api_key_name changes")


def _receiver(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc


def _forget_failures(repositories: Repositories, webhook_id: str) -> None:
    """Retry waiting events at once. A sender at work continues undisturbed."""
    state = repositories.deliveries.state(webhook_id)
    if state.holder is None and (state.next_us or state.attempts):
        repositories.deliveries.save_state(
            replace(state, attempts=0, failing_since_us=None, next_us=0)
        )


def _fields(given: WebhookSettings) -> dict[str, Any]:
    names: Sequence[str] = tuple(type(given).model_fields)
    return {name: getattr(given, name) for name in names}
