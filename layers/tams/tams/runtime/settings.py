"""What is configured, from the environment; read once, at the first event. The authorizer has its own."""

from typing import Annotated, Self

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

from tams.models.common import Tags, Uuid

GRACE_SECONDS = 60
"""How much longer than promised URLs and allocations live (SVC-7)."""


class KeySettings(BaseModel):
    """Access keys: in a secret (JSON with `access_key` and `secret_key`) when deployed, given locally."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    secret_arn: str | None = None
    access_key: SecretStr | None = None
    secret_key: SecretStr | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.access_key is None) is not (self.secret_key is None):
            raise ValueError("access_key and secret_key go together")
        return self


class VastSettings(KeySettings):
    """The cluster. Without keys the SDK would silently take the function's own role."""

    endpoint: str
    bucket: str
    schema_: str = Field(default="tams", alias="schema")
    timeout_seconds: float = 10.0
    patience_seconds: float = 20.0
    sorted_tables: bool = True

    @model_validator(mode="after")
    def _with_keys(self) -> Self:
        if self.secret_arn is None and self.access_key is None:
            raise ValueError("access_key and secret_key, or a secret_arn, are needed")
        return self


class StorageBackendSettings(KeySettings):
    """One storage backend: what clients are told, and how the service reaches the bucket.

    Without keys it is reached with the function's role.
    """

    id: Uuid
    bucket: str
    endpoint_url: str
    public_endpoint_url: str | None = None
    region: str = "us-east-1"
    label: str | None = None
    provider: str
    store_product: str
    availability_zone: str | None = None
    default_storage: bool = False
    tags: Tags = Field(default_factory=dict)
    timeout_seconds: float = 5.0


class QueueSettings(BaseModel):
    """Queue URLs, one for each worker."""

    model_config = ConfigDict(frozen=True)

    object_cleanup: str
    copies: str
    deletions: str
    events: str
    deliveries: str


class ServiceSettings(BaseModel):
    """What the service says about itself and promises its clients."""

    model_config = ConfigDict(frozen=True)

    name: str = "TAMS"
    description: str | None = None
    min_object_timeout_seconds: int = Field(default=86_400, ge=300)
    min_presigned_url_timeout_seconds: int = Field(default=3_600, ge=30)


class DeletionSettings(BaseModel):
    """More Segments than `at_once` are deleted in the background, `step` in one transaction.

    A request that has ended is shown for `kept_seconds`; one that nobody has touched for `idle_seconds` has
    lost its worker.
    """

    model_config = ConfigDict(frozen=True)

    at_once_segments: int = Field(default=2_000, ge=1)
    step_segments: int = Field(default=2_000, ge=10)
    kept_seconds: int = Field(default=7 * 86_400, ge=1)
    idle_seconds: int = Field(default=120, ge=1)


class EventSettings(BaseModel):
    """The log of events goes back `kept_seconds`; a webhook away for longer misses what was before."""

    model_config = ConfigDict(frozen=True)

    kept_seconds: int = Field(default=7 * 86_400, ge=3_600)


class SweepSettings(BaseModel):
    """Objects to be deleted and uploads are looked for again after so long: their messages may be lost."""

    model_config = ConfigDict(frozen=True)

    after_seconds: float = Field(default=60.0, gt=0)


class CopySettings(BaseModel):
    """A copy whose function died is taken up again after `lease_seconds`, longer than a function may run."""

    model_config = ConfigDict(frozen=True)

    lease_seconds: float = Field(default=960.0, gt=0)


class WebhookSettings(BaseModel):
    """How webhooks are sent to, and where: to public addresses and those of `allowed_networks`.

    Never to `own_ports` of this machine. Media at clients' URLs is fetched from these addresses too.

    A receiver has `timeout_seconds` for its answer. A failure is tried again after `retry_first_seconds`,
    then after twice that and so on up to `retry_longest_seconds`, for `give_up_seconds`. A sender that died
    is replaced after `lease_seconds`.
    """

    model_config = ConfigDict(frozen=True)

    allowed_networks: tuple[IPvAnyNetwork, ...] = ()
    own_ports: frozenset[int] = frozenset()
    timeout_seconds: float = Field(default=5.0, gt=0)
    retry_first_seconds: float = Field(default=2.0, gt=0)
    retry_longest_seconds: float = Field(default=3_600.0, gt=0)
    give_up_seconds: int = Field(default=48 * 3_600, ge=1)
    lease_seconds: float = Field(default=60.0, gt=0)


class Settings(BaseSettings):
    """Variables `TAMS_…`, nested by two underscores: `TAMS_VAST__ENDPOINT`.

    Places and secrets have no default: a gap stops the start and names the variable.
    """

    model_config = SettingsConfigDict(
        env_prefix="TAMS_",
        env_nested_delimiter="__",
        frozen=True,
        extra="ignore",
        hide_input_in_errors=True,  # which may be a key, and would stand in the log
    )

    vast: VastSettings
    storage_backends: list[StorageBackendSettings]
    queues: QueueSettings
    service: ServiceSettings = ServiceSettings()
    webhooks: WebhookSettings = WebhookSettings()
    deletion: DeletionSettings = DeletionSettings()
    copies: CopySettings = CopySettings()
    events: EventSettings = EventSettings()
    sweep: SweepSettings = SweepSettings()
    url_signer: str = "url_signer"
    """The function that signs URLs for webhook_delivery: its name or ARN."""
    secrets_max_age_seconds: float = Field(default=300.0, gt=0)
    """Access keys are looked up again after so long, which is what their rotation takes."""
    sqs_endpoint_url: str | None = None
    lambda_endpoint_url: str | None = None
    aws_region: Annotated[str, Field(validation_alias="AWS_REGION")] = "us-east-1"

    @field_validator("storage_backends")
    @classmethod
    def _told_apart(cls, backends: list[StorageBackendSettings]) -> list[StorageBackendSettings]:
        """BKE-3, BKE-7: clients choose by id or by label, and what they do not choose is one backend."""
        for name in ("id", "label"):
            named = [value for each in backends if (value := getattr(each, name)) is not None]
            if len(set(named)) < len(named):
                raise ValueError(f"two storage backends have the same {name}")
        if sum(each.default_storage for each in backends) > 1:
            raise ValueError("only one storage backend can be the default (default_storage)")
        return backends
