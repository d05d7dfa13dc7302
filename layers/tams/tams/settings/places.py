"""The locations of the cluster, the buckets and the queues."""

from typing import Self

from pydantic import Field, model_validator

from tams.models.common import Tags, Uuid
from tams.models.storage_backend import StorageBackend
from tams.settings.section import Section, TrustSettings


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
    """How long one request to VAST may take. By default, clients get 503 within 12 s if VAST is silent."""
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
    """The provider, such as `AWS`."""
    store_product: str
    """The product, such as `S3`."""
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
    renders: str
    """URL of the queue that `renderer` reads."""
    deletions: str
    """URL of the queue that `deletion_worker` reads."""
    events: str
    """URL of the queue that `webhook_fanout` reads."""
    deliveries: str
    """URL of the queue that `webhook_delivery` reads."""
