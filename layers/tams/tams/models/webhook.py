"""A webhook: where a client wants events sent, which ones, and in what form.

The client's secret goes in and never comes out: only `Webhook` holds it, which no response contains.
"""

from enum import StrEnum
from typing import Literal

from pydantic import Field

from tams.models.base import Model
from tams.models.common import Flag, Tags, Text, Uuid
from tams.models.error import Error
from tams.models.event import EventType
from tams.models.filters import UrlFilter
from tams.models.http_url import HttpUrl
from tams.models.webhook_headers import ClientHeaderName, HeaderName, HeaderValue


class WebhookStatus(StrEnum):
    """A client sets `created` or `disabled`; the service changes it to `started` or `error`."""

    CREATED = "created"
    STARTED = "started"
    DISABLED = "disabled"
    ERROR = "error"


ClientStatus = Literal[WebhookStatus.CREATED, WebhookStatus.DISABLED]


class WebhookSettings(Model):
    """What every form of a webhook has. Source: webhook.json.

    An empty `flow_collected_by_ids` or `source_collected_by_ids` asks for what nothing collects; an
    empty `accept_get_urls` for segments without URLs.
    """

    url: HttpUrl
    api_key_name: HeaderName | None = None
    events: tuple[EventType, ...]
    flow_ids: tuple[Uuid, ...] | None = None
    source_ids: tuple[Uuid, ...] | None = None
    flow_collected_by_ids: tuple[Uuid, ...] | None = None
    source_collected_by_ids: tuple[Uuid, ...] | None = None
    accept_get_urls: tuple[Text, ...] | None = None
    accept_storage_ids: tuple[Uuid, ...] | None = None
    presigned: Flag | None = None
    verbose_storage: Flag | None = None
    include_object_timerange: Flag | None = None
    tags: Tags | None = None

    @property
    def url_filter(self) -> UrlFilter:
        """Which get_urls `flows/segments_added` contains; an empty list of storage ids means any."""
        return UrlFilter(
            accept_get_urls=self.accept_get_urls,
            accept_storage_ids=self.accept_storage_ids or None,
            presigned=self.presigned,
            verbose_storage=bool(self.verbose_storage),
        )


class WebhookPost(WebhookSettings):
    """A new webhook. The service generates its id. Source: webhook-post.json."""

    api_key_name: ClientHeaderName | None = None
    api_key_value: HeaderValue | None = Field(default=None, repr=False)
    status: ClientStatus = WebhookStatus.CREATED


class WebhookPut(WebhookSettings):
    """The properties of a webhook that a client can change. Source: webhook-put.json."""

    id: Uuid
    api_key_name: ClientHeaderName | None = None
    api_key_value: HeaderValue | None = Field(default=None, repr=False)
    status: ClientStatus


class RegisteredWebhook(WebhookSettings):
    """What an existing webhook has in addition to its settings.

    Its URL and header may predate today's rules: they are still shown, and checked again before use.
    """

    id: Uuid
    url: Text
    status: WebhookStatus
    error: Error | None = None


class WebhookGet(RegisteredWebhook):
    """A webhook as clients see it. Source: webhook-get.json."""


class Webhook(RegisteredWebhook):
    """A webhook as it is stored, with the client's secret.

    It gets only the events that its creator may read: those of resources in `read_classes`, or all when None.
    """

    api_key_value: Text | None = Field(default=None, repr=False)
    read_classes: tuple[Text, ...] | None = None

    def shown(self) -> WebhookGet:
        """Everything except the secret."""
        return WebhookGet(**{name: getattr(self, name) for name in WebhookGet.model_fields})
