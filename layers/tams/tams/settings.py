"""Configuration from the environment, read once, at the first event. The authorizer has its own."""

from typing import Annotated, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    IPvAnyNetwork,
    SecretStr,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from tams.models.address import Forwarding, Scheme, parse_base_url
from tams.models.common import Tags, Uuid
from tams.models.storage_backend import StorageBackend

GRACE_SECONDS = 60
"""How much longer URLs and allocations live than promised (SVC-7)."""


class Section(BaseModel):
    """Settings that belong together. The text below each one is its entry in settings.md."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True, hide_input_in_errors=True)


class KeySettings(Section):
    """Access keys: from a secret when deployed, given directly on a local stack."""

    secret_arn: str | None = None
    """A secret of Secrets Manager: JSON with `access_key` and `secret_key`."""
    access_key: SecretStr | None = None
    """Used instead of `secret_arn`."""
    secret_key: SecretStr | None = None
    """Used instead of `secret_arn`."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.access_key is None) is not (self.secret_key is None):
            raise ValueError("access_key and secret_key must be given together")
        return self


class TrustSettings(KeySettings):
    """Which certificates to accept, for servers whose certificates no public authority has signed."""

    ca_bundle: str | None = None
    """File of certificate authorities (PEM), which are trusted instead of the public ones."""
    ca_bundle_secret_arn: str | None = None
    """The same from Secrets Manager: PEM text, or JSON with `ca_bundle`. It may be the secret of the keys."""

    @model_validator(mode="after")
    def _from_one_place(self) -> Self:
        if self.ca_bundle and self.ca_bundle_secret_arn:
            raise ValueError("give ca_bundle or ca_bundle_secret_arn, not both")
        return self


class VastSettings(TrustSettings):
    """The cluster. Requests are signed with the cluster's own keys, never with a function's role."""

    endpoint: str = ""
    """URL of the cluster's database endpoint. If its name has several addresses, each is an endpoint."""
    endpoints: tuple[str, ...] = ()
    """Instead of `endpoint`: a JSON list of URLs of the same cluster. If one is down, the others are used."""
    bucket: str
    """Database bucket that holds the schema."""
    schema_: str = Field(default="tams", alias="schema")
    """Schema that holds the tables."""
    timeout_seconds: float = 9.0
    """How long one request to VAST may take. With it, a client has its 503 within 12 s if VAST is silent."""
    patience_seconds: float = 26.0
    """How long a write is retried after conflicts before the response is 503, if the function has time."""
    sorted_tables: bool = True
    """Create sorted tables. Turn this off for clusters that do not support them."""

    @model_validator(mode="after")
    def _with_keys(self) -> Self:
        if self.secret_arn is None and self.access_key is None:
            raise ValueError("give access_key and secret_key, or secret_arn")
        return self

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        if bool(self.endpoint) is bool(self.endpoints):
            raise ValueError("give endpoint or endpoints")
        return self

    @property
    def all_endpoints(self) -> tuple[str, ...]:
        """At least one."""
        return self.endpoints or (self.endpoint,)


class StorageBackendSettings(TrustSettings):
    """One storage backend: what clients see, and how the service reaches the bucket.

    Without keys, the service uses the function's role.
    """

    id: Uuid
    """The UUID by which clients know the backend. Never change it."""
    bucket: str
    """Bucket that holds the media."""
    endpoint_url: str
    """S3 endpoint that the functions use."""
    public_endpoint_url: str | None = None
    """S3 endpoint that clients use, if it differs."""
    region: str = "us-east-1"
    """Region for which requests are signed. Clients see it too."""
    label: str | None = None
    """Name by which clients can choose URLs of this backend."""
    provider: str
    """Who provides it, such as `AWS`."""
    store_product: str
    """What it is, such as `S3`."""
    availability_zone: str | None = None
    """Availability zone, if it has one."""
    default_storage: bool = False
    """Use this backend for uploads that name none. At most one backend may be the default."""
    tags: Tags = Field(default_factory=dict)
    """Tags by which clients can filter backends."""
    timeout_seconds: float = 5.0
    """How long one request to this backend may take."""

    def described(self) -> StorageBackend:
        """The backend as clients see it."""
        return StorageBackend(
            id=self.id,
            label=self.label,
            default_storage=self.default_storage or None,
            store_type="http_object_store",
            provider=self.provider,
            region=self.region,
            availability_zone=self.availability_zone,
            store_product=self.store_product,
            tags=self.tags or None,
        )


class QueueSettings(Section):
    """Queue URLs, one for each worker."""

    object_cleanup: str
    """URL of the queue that `object_cleanup` reads."""
    copies: str
    """URL of the queue that `object_copy` reads."""
    deletions: str
    """URL of the queue that `deletion_worker` reads."""
    events: str
    """URL of the queue that `webhook_fanout` reads."""
    deliveries: str
    """URL of the queue that `webhook_delivery` reads."""


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
    """How long `/health` and `/health/ready` wait for VAST, S3 and the queues, which they ask all at once."""


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
    """Whether a DELETE takes along what depends on the resource, as in the specification. If not, it gets 409
    unless it has `cascade=true`."""


class RecycleBinSettings(Section):
    """What is deleted can be restored for a while (an extension)."""

    kept_seconds: int = Field(default=0, ge=0, le=100 * 366 * 86_400)
    """How long. 0 deletes at once, as the specification does. The template and `make run` set 7 days."""
    hard_delete: Literal["delete", "admin"] = "delete"
    """The scope that a DELETE with `soft_delete=false` requires, which keeps nothing."""


class RetentionSettings(Section):
    """Flows and Segments that go by themselves (an extension)."""

    enabled: bool = False
    """Whether the tag `retention` of Flows and Sources is a policy: a duration such as `P30D`, or a date."""


class EventSettings(Section):
    """The event log."""

    kept_seconds: int = Field(default=7 * 86_400, ge=3_600)
    """How far back the event log goes. A webhook that was stopped for longer misses older events."""


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
    """The longest pause between two tries."""
    give_up_seconds: int = Field(default=48 * 3_600, ge=1)
    """A webhook that has failed for this long gets the status `error`."""
    lease_seconds: float = Field(default=60.0, gt=0)
    """When a sender dies, another one takes over after this long."""


class Settings(BaseSettings):
    """Variables `TAMS_…`, nested by two underscores: `TAMS_VAST__ENDPOINT`.

    Places and secrets have no default: a missing one stops the start, and the error names the variable.
    """

    model_config = SettingsConfigDict(
        env_prefix="TAMS_",
        env_nested_delimiter="__",
        frozen=True,
        extra="ignore",
        env_ignore_empty=True,  # a template cannot leave a variable out, only empty
        hide_input_in_errors=True,  # the input may be a key, and errors are logged
        use_attribute_docstrings=True,
    )

    vast: VastSettings
    storage_backends: list[StorageBackendSettings]
    """The buckets that hold media, as a JSON list (see below)."""
    queues: QueueSettings
    service: ServiceSettings = ServiceSettings()
    webhooks: WebhookSettings = WebhookSettings()
    deletion: DeletionSettings = DeletionSettings()
    recycle_bin: RecycleBinSettings = RecycleBinSettings()
    retention: RetentionSettings = RetentionSettings()
    copies: CopySettings = CopySettings()
    events: EventSettings = EventSettings()
    sweep: SweepSettings = SweepSettings()
    public_url: str | None = None
    """The address that clients use, if the gateway does not know it, such as `https://media.example.com/tams`."""
    trust_forwarded: Forwarding = "no"
    """`x-forwarded` or `forwarded` takes the address from a proxy's headers of that kind. The proxy must
    overwrite the clients' own."""
    gateway_scheme: Scheme = "https"
    """The scheme with which clients reach the gateway. Locally, it is `http`."""
    gateway_path: Literal["decoded", "encoded"] = "decoded"
    """Whether events hold the path `decoded`, as HTTP APIs do, or `encoded`, as the client sent it."""
    unknown_query: Literal["refuse", "ignore"] = "refuse"
    """Whether to `refuse` a request with a query parameter that its route does not know, or to `ignore` the
    parameter (ADR 13)."""
    url_signer: str = "url_signer"
    """Name or ARN of the function that signs URLs for `webhook_delivery`."""
    thumbnailer: str = "thumbnailer"
    """Name or ARN of the function that decodes frames for `playback`."""
    secrets_max_age_seconds: float = Field(default=300.0, gt=0)
    """Access keys are reread after this long, so a rotated key takes effect within that time."""
    sqs_endpoint_url: str | None = None
    """Endpoint of SQS, if it is not that of AWS."""
    lambda_endpoint_url: str | None = None
    """Endpoint of Lambda, if it is not that of AWS."""
    aws_region: Annotated[str, Field(validation_alias="AWS_REGION")] = "us-east-1"
    """Region of the queues and functions. Lambda sets it."""

    @field_validator("public_url")
    @classmethod
    def _absolute(cls, text: str | None) -> str | None:
        return parse_base_url(text) if text else None

    @field_validator("storage_backends")
    @classmethod
    def _told_apart(cls, backends: list[StorageBackendSettings]) -> list[StorageBackendSettings]:
        """BKE-3, BKE-7: clients choose by id or label, so both are unique, and at most one is the default."""
        for name in ("id", "label"):
            named = [value for each in backends if (value := getattr(each, name)) is not None]
            if len(set(named)) < len(named):
                raise ValueError(f"two storage backends have the same {name}")
        if sum(each.default_storage for each in backends) > 1:
            raise ValueError("only one storage backend can be the default (default_storage)")
        return backends
