"""The only table of local values: what the template's parameters and variables are here."""

import json
from collections.abc import Mapping
from dataclasses import astuple, dataclass, field
from typing import Any

from local.credentials import Credentials
from local.intrinsics import ACCOUNT_ID, REGION, Resolver
from local.ports import LOOPBACK, Ports
from vastlocal.http.doors import is_loopback

VAST_BUCKET = "tams"
VAST_SCHEMA = "tams"
MEDIA_BUCKET = "tams-media"
RCLONE, SEAWEEDFS = "rclone", "seaweedfs"
"""The servers of S3 that there are."""
_PRODUCTS = {RCLONE: "rclone serve s3", SEAWEEDFS: "SeaweedFS"}

_LOOPBACK_NETWORKS = ["127.0.0.0/8", "::1/128"]
"""Where a developer's receivers run. Callers on other machines may not reach these through webhooks."""
_ONLY_DEPLOYED = {"TAMS_ACCESS__SECRET_ARN", "TAMS_VAST__SECRET_ARN"}
"""Variables that name a secret of AWS; here they hold the secret itself."""


@dataclass(frozen=True)
class LocalValues:
    """Where the parts of one stack are, and the template values that follow from that."""

    ports: Ports
    credentials: Credentials
    s3_public_url: str
    extra: Mapping[str, str]
    """Chosen at the start of the stack; overrides everything else."""
    access: Mapping[str, str] = field(default_factory=dict)
    """Variables of the authorizer."""
    cors_origins: str = "*"
    host: str = LOOPBACK
    """The address that the API and S3 listen on."""
    s3_server: str = RCLONE

    @property
    def vast_url(self) -> str:
        return f"http://{LOOPBACK}:{self.ports.vast}"

    @property
    def s3_url(self) -> str:
        return f"http://{LOOPBACK}:{self.ports.s3}"

    @property
    def sqs_url(self) -> str:
        return f"http://{LOOPBACK}:{self.ports.queue}"

    @property
    def bucket(self) -> str:
        return MEDIA_BUCKET

    def queue_url(self, name: str) -> str:
        return f"{self.sqs_url}/{ACCOUNT_ID}/{name}"

    @property
    def parameters(self) -> dict[str, str]:
        return {
            "VastEndpoint": self.vast_url,
            "VastBucket": VAST_BUCKET,
            "VastSchema": VAST_SCHEMA,
            "CorsAllowOrigins": self.cors_origins,
        }

    @property
    def replaced(self) -> dict[str, str]:
        """Variables that have a local value, for functions whose template entry names them."""
        return {
            "TAMS_VAST__ENDPOINT": self.vast_url,
            "TAMS_VAST__BUCKET": VAST_BUCKET,
            "TAMS_VAST__SCHEMA": VAST_SCHEMA,
            "TAMS_STORAGE_BACKENDS": self._storage_backends(),
            "TAMS_WEBHOOKS__ALLOWED_NETWORKS": json.dumps(
                _LOOPBACK_NETWORKS if is_loopback(self.host) else []
            ),
        }

    @property
    def added(self) -> dict[str, str]:
        """Variables that Lambda or a secret provides in a deployment, for every function."""
        return {
            "TAMS_VAST__ACCESS_KEY": self.credentials.vast.access_key,
            "TAMS_VAST__SECRET_KEY": self.credentials.vast.secret_key,
            "TAMS_WEBHOOKS__OWN_PORTS": json.dumps(astuple(self.ports)),
            "TAMS_SQS_ENDPOINT_URL": self.sqs_url,
            "TAMS_GATEWAY_SCHEME": "http",
            "TAMS_SERVICE__HEALTH_TIMEOUT_SECONDS": "20",  # a busy machine is well
            "TAMS_LAMBDA_ENDPOINT_URL": f"http://{LOOPBACK}:{self.ports.api}",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": self.credentials.aws.access_key,
            "AWS_SECRET_ACCESS_KEY": self.credentials.aws.secret_key,
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
            "AWS_EC2_METADATA_DISABLED": "true",
            "POWERTOOLS_TRACE_DISABLED": "true",
            "POWERTOOLS_METRICS_DISABLED": "true",
        }

    def function_environment(
        self, variables: Mapping[str, Any], resolver: Resolver
    ) -> dict[str, str]:
        """A function's environment from its template's variables. Raises TemplateError."""
        replaced = self.replaced
        own = {
            name: replaced[name] if name in replaced else _text(resolver.resolve(value))
            for name, value in variables.items()
            if name not in _ONLY_DEPLOYED
        }
        if "TAMS_ACCESS__OPEN" in own:
            own |= self.access
        return {**own, **self.added, **self.extra}

    def _storage_backends(self) -> str:
        keys = self.credentials.s3
        backend = {
            "id": self.credentials.storage_id,
            "label": "local",
            "provider": self.s3_server,
            "region": REGION,
            "store_product": _PRODUCTS[self.s3_server],
            "default_storage": True,
            "tags": {},
            "endpoint_url": self.s3_url,
            "public_endpoint_url": self.s3_public_url,
            "bucket": MEDIA_BUCKET,
            "access_key": keys.access_key,
            "secret_key": keys.secret_key,
        }
        return json.dumps([backend])


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
