"""Webhooks on VAST, with the secrets that clients gave."""

import json

from tams.errors import NotFoundError
from tams.models.paging import Page
from tams.models.queries import WebhookQuery
from tams.models.webhook import Webhook, WebhookStatus
from tams.repositories.database import ROW_ID, Row, Witness
from tams.repositories.event_tables import WEBHOOKS
from tams.repositories.listing import Order, rows_by_id, sorted_page
from tams.repositories.predicates import tagged, tags_text
from tams.repositories.rows import dumps
from tams.repositories.visible import VisibleTransaction
from tams.vast.where import col

_SENDING = [str(WebhookStatus.CREATED), str(WebhookStatus.STARTED)]


class WebhookRepository:
    """Rows read are remembered within the transaction; every save writes the next `revision`."""

    def __init__(self, transaction: VisibleTransaction) -> None:
        self._transaction = transaction
        self._read: dict[str, Row] = {}

    def find(self, webhook_id: str) -> Webhook | None:
        rows = rows_by_id(self._transaction, WEBHOOKS, [webhook_id], with_row_id=True)
        if (row := rows.get(webhook_id)) is None:
            return None
        self._read[webhook_id] = row
        return _webhook(row)

    def get(self, webhook_id: str) -> Webhook:
        """Raises NotFoundError."""
        if (webhook := self.find(webhook_id)) is None:
            raise NotFoundError("Webhook", webhook_id)
        return webhook

    def sending(self) -> list[Webhook]:
        """Webhooks that events go to. One round trip."""
        rows = self._transaction.select(WEBHOOKS, col["status"].isin(_SENDING), ["document"])
        return [_webhook(row) for row in rows]

    def add(self, webhook: Webhook, event_id: str) -> None:
        """`event_id` names the operation, and settles a commit whose answer is lost."""
        row = {"id": webhook.id, "revision": 0, **_columns(webhook, event_id)}
        self._transaction.insert(WEBHOOKS, [row])
        self._remember(webhook.id, event_id)

    def save(self, webhook: Webhook, event_id: str) -> None:
        """The webhook was read in this transaction."""
        old = self._read[webhook.id]
        row = {ROW_ID: old[ROW_ID], "revision": old["revision"] + 1, **_columns(webhook, event_id)}
        self._transaction.update(WEBHOOKS, [row])
        self._remember(webhook.id, event_id)

    def remove(self, webhook_id: str) -> None:
        """The webhook was read in this transaction."""
        self._transaction.delete(WEBHOOKS, [self._read.pop(webhook_id)[ROW_ID]])
        self._transaction.witnessed_by(Witness(WEBHOOKS, col["id"] == webhook_id, there=False))

    def list_(self, query: WebhookQuery) -> Page[Webhook]:
        """By URL (SRT-8). Two round trips."""
        ids, next_key = sorted_page(
            self._transaction,
            WEBHOOKS,
            tagged(query.tags),
            Order("url", newest_first=False, reverse=query.reverse),
            page=query.page,
            limit=query.limit,
            classes=query.classes,
            without_tags=query.tags,
        )
        rows = rows_by_id(self._transaction, WEBHOOKS, ids)
        return Page(tuple(_webhook(rows[each]) for each in ids), next_key)

    def _remember(self, webhook_id: str, event_id: str) -> None:
        written = (col["id"] == webhook_id) & (col["event_id"] == event_id)
        self._transaction.witnessed_by(Witness(WEBHOOKS, written))


def _columns(webhook: Webhook, event_id: str) -> Row:
    return {
        "url": webhook.url,
        "status": str(webhook.status),
        "tags": tags_text(webhook.tags),
        "document": dumps(webhook.to_document()),
        "event_id": event_id,
    }


def _webhook(row: Row) -> Webhook:
    return Webhook.model_validate(json.loads(row["document"]))
