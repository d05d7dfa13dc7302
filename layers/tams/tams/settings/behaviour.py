"""What the service promises its clients, and how its background work runs."""

from typing import Literal

from pydantic import Field, IPvAnyNetwork

from tams.settings.section import Section

GRACE_SECONDS = 60
"""How much longer URLs and allocations live than promised (SVC-7)."""


class ServiceSettings(Section):
    """What the service reports about itself and promises its clients."""

    name: str = "TAMS"
    """Name in `GET /service`, until a client changes it."""
    description: str | None = None
    """Description in `GET /service`, until a client changes it."""
    min_object_timeout_seconds: int = Field(default=86_400, ge=300)
    """How long an allocated Object is kept if no Segment uses it."""
    min_presigned_url_timeout_seconds: int = Field(default=3_600, ge=30)
    """How long presigned URLs are valid."""
    health_timeout_seconds: float = Field(default=2.5, gt=0)
    """How long `/health` and `/health/ready` wait for VAST, S3 and the queues, checked all at once."""


class DeletionSettings(Section):
    """Which deletions continue in the background, and how."""

    at_once_segments: int = Field(default=2_000, ge=1)
    """A DELETE of more Segments than this answers 202 and continues in the background."""
    step_segments: int = Field(default=2_000, ge=10)
    """Segments that the background worker deletes in one transaction."""
    kept_seconds: int = Field(default=7 * 86_400, ge=1)
    """How long a deletion request remains visible after it has ended."""
    idle_seconds: int = Field(default=120, ge=1)
    """A deletion request without progress for this long is resumed: its worker has died."""
    cascade: bool = True
    """Whether a DELETE also deletes what depends on the resource, as in the specification. If not, it gets
    409
    unless it has `cascade=true`."""


class RecycleBinSettings(Section):
    """Deleted resources can be restored for a limited time (an extension)."""

    kept_seconds: int = Field(default=0, ge=0, le=100 * 366 * 86_400)
    """How long deleted resources are kept. 0 deletes at once, as the specification does. The template and
    `make run` set 7 days."""
    hard_delete: Literal["delete", "admin"] = "delete"
    """The scope required for a DELETE with `soft_delete=false`, which keeps nothing."""


class RetentionSettings(Section):
    """Flows and Segments that are deleted automatically (an extension)."""

    enabled: bool = False
    """Whether the tag `retention` of Flows and Sources is a policy: a duration such as `P30D`, or a date."""


class EventSettings(Section):
    """The event log."""

    kept_seconds: int = Field(default=7 * 86_400, ge=3_600)
    """How far back the event log goes. A webhook that was stopped for longer than this misses events."""


class SweepSettings(Section):
    """When the sweeper assumes that a message was lost."""

    after_seconds: float = Field(default=60.0, gt=0)
    """How long cleanups and uploads may wait for their messages before the sweeper handles them itself."""


class CopySettings(Section):
    """Copies of Objects between backends."""

    lease_seconds: float = Field(default=960.0, gt=0)
    """When its function dies, a copy is resumed after this long. It must exceed the function's timeout."""


class WebhookSettings(Section):
    """How and where events are sent. Media at clients' URLs is fetched by the same rules."""

    allowed_networks: tuple[IPvAnyNetwork, ...] = ()
    """Private networks in which webhooks are allowed, in addition to all public addresses."""
    own_ports: frozenset[int] = frozenset()
    """Ports of the service's own servers on this machine. Webhooks and media URLs never reach them."""
    timeout_seconds: float = Field(default=5.0, gt=0)
    """How long a receiver may take to answer."""
    retry_first_seconds: float = Field(default=2.0, gt=0)
    """Pause after the first failure. It doubles with each further failure."""
    retry_longest_seconds: float = Field(default=3_600.0, gt=0)
    """The longest pause between two attempts."""
    give_up_seconds: int = Field(default=48 * 3_600, ge=1)
    """A webhook that has failed for this long gets the status `error`."""
    lease_seconds: float = Field(default=60.0, gt=0)
    """When a sender dies, another one takes over after this long."""
