"""Webhooks on VAST, with the secrets given by clients."""

import json

from tams.errors import NotFoundError
from tams.models.paging import Page
from tams.models.queries import WebhookQuery
from tams.models.webhook import Webhook, WebhookStatus
from tams.repositories.changing import ChangingRows
from tams.repositories.event_tables import WEBHOOKS
from tams.repositories.listing import Order, page_of, rows_by_id
from tams.repositories.predicates import tagged, tags_text
from tams.repositories.rows import dumps
from tams.repositories.transaction import Row
from tams.repositories.visible import VisibleTransaction
from tams.vast.where import col

_SENDING = [str(WebhookStatus.CREATED), str(WebhookStatus.STARTED)]


class WebhookRepository:
    """Two changes of one webhook collide in its row."""

    def __init__(self, transaction: VisibleTransaction) -> None:
        self._transaction = transaction
        self._rows = ChangingRows(transaction, WEBHOOKS)

    def find(self, webhook_id: str) -> Webhook | None:
        rows = rows_by_id(self._transaction, WEBHOOKS, [webhook_id], with_row_id=True)
        return next((_webhook(row) for row in self._rows.track(rows.values())), None)

    def get(self, webhook_id: str) -> Webhook:
        """Raises NotFoundError."""
        if (webhook := self.find(webhook_id)) is None:
            raise NotFoundError("Webhook", webhook_id)
        return webhook

    def sending(self) -> list[Webhook]:
        """Webhooks that get events. One round trip."""
        rows = self._transaction.select(WEBHOOKS, col["status"].isin(_SENDING), ["document"])
        return [_webhook(row) for row in rows]

    def sending_ids(self) -> list[str]:
        """Their ids alone. One round trip."""
        rows = self._transaction.select(WEBHOOKS, col["status"].isin(_SENDING), ["id"])
        return [row["id"] for row in rows]

    def add(self, webhook: Webhook) -> None:
        self._rows.insert([_row(webhook) | {"revision": 0}])

    def save(self, webhook: Webhook) -> None:
        """The webhook was read in this transaction."""
        self._rows.save(_row(webhook))

    def remove(self, webhook_id: str) -> None:
        """The webhook was read in this transaction."""
        self._rows.remove(webhook_id)

    def list_(self, query: WebhookQuery) -> Page[Webhook]:
        """By URL (SRT-8). Two round trips: there are few, so their keys are all read."""
        return page_of(
            self._transaction,
            WEBHOOKS,
            tagged(query.tags),
            Order("url", newest_first=False, reverse=query.reverse),
            _webhook,
            page=query.page,
            limit=query.limit,
            classes=query.classes,
            without_tags=query.tags,
        )


def _row(webhook: Webhook) -> Row:
    return {
        "id": webhook.id,
        "url": webhook.url,
        "status": str(webhook.status),
        "tags": tags_text(webhook.tags),
        "document": dumps(webhook.to_document()),
    }


def _webhook(row: Row) -> Webhook:
    return Webhook.model_validate(json.loads(row["document"]))
