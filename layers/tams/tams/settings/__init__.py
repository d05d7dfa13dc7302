"""Configuration from the environment, read once, at the first event. The authorizer has its own."""

from typing import Annotated, Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from tams.models.address import Forwarding, Scheme, parse_base_url
from tams.settings.behaviour import (
    CopySettings,
    DeletionSettings,
    EventSettings,
    RecycleBinSettings,
    RetentionSettings,
    ServiceSettings,
    SweepSettings,
    WebhookSettings,
)
from tams.settings.places import QueueSettings, StorageBackendSettings, VastSettings


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
