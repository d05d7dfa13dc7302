"""The options that a person can set through environment variables."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import get_args

from pydantic import IPvAnyNetwork, TypeAdapter, ValidationError

from local import access
from local.environment import RCLONE, SEAWEEDFS
from local.errors import LocalStackError
from local.ports import LOOPBACK, Ports
from tams.models.address import Forwarding, parse_base_url
from vastlocal.http.doors import is_loopback
from vastlocal.settings import SOUND

DATA_DIR = ".tams"
WEBHOOK_NETWORKS = "TAMS_WEBHOOKS__ALLOWED_NETWORKS"
_PORT_MAX = 65_535
_SECONDS_MAX = 999_999_999
_WORKERS_MAX = 64
"""Each is a process with all functions in it."""


@dataclass(frozen=True)
class Options:
    data_dir: Path
    ports: Ports
    host: str
    token: str | None
    access: Mapping[str, str]
    """Variables of the authorizer, as deployed: who else is let in."""
    cors_origins: str | None
    workers: int
    conflicts: str | None
    s3_server: str
    s3_public_url: str | None
    webhook_networks: str | None
    """JSON, as the functions take it."""
    settings: Mapping[str, str] = field(default_factory=dict)
    """Variables of the functions, such as the address by which clients know the API."""

    @property
    def variables(self) -> dict[str, str]:
        """For all functions; they override those of the template."""
        networks = self.webhook_networks
        return {**self.settings, **({} if networks is None else {WEBHOOK_NETWORKS: networks})}

    @property
    def is_open(self) -> bool:
        return access.is_open(self.token, self.access)


def from_environment(environment: Mapping[str, str]) -> Options:
    """Raises LocalStackError for invalid values, and for an open service beyond loopback."""
    defaults = Ports()
    options = Options(
        data_dir=Path(environment.get("TAMS_DATA_DIR") or DATA_DIR),
        ports=Ports(
            api=_number(environment, "PORT", defaults.api),
            vast=_number(environment, "TAMS_VAST_PORT", defaults.vast),
            s3=_number(environment, "TAMS_S3_PORT", defaults.s3),
            queue=_number(environment, "TAMS_QUEUE_PORT", defaults.queue),
        ),
        host=environment.get("TAMS_HOST") or LOOPBACK,
        token=environment.get("TAMS_LOCAL_TOKEN") or None,
        access={name: it for name, it in environment.items() if name.startswith("TAMS_ACCESS__")},
        cors_origins=environment.get("TAMS_CORS_ORIGINS") or None,
        workers=_number(environment, "TAMS_WORKERS", 2, least=1, most=_WORKERS_MAX),
        conflicts=_conflicts(environment),
        s3_server=_s3_server(environment),
        s3_public_url=environment.get("TAMS_S3_PUBLIC_URL") or None,
        webhook_networks=_networks(environment),
        settings={
            name: check(name, environment[name])
            for name, check in _SETTINGS.items()
            if environment.get(name)
        },
    )
    if options.is_open and not is_loopback(options.host):
        raise LocalStackError(
            f"without credentials the API listens only on loopback: set TAMS_LOCAL_TOKEN=… "
            f"to listen on {options.host}"
        )
    return options


def _networks(environment: Mapping[str, str]) -> str | None:
    text = environment.get(WEBHOOK_NETWORKS) or None
    try:
        TypeAdapter(list[IPvAnyNetwork]).validate_json(text or "[]")
    except ValidationError:
        raise LocalStackError(
            f'{WEBHOOK_NETWORKS}={text} is not a JSON list of networks, such as ["10.0.0.0/8"]'
        ) from None
    return text


def _number(
    environment: Mapping[str, str], name: str, default: int, least: int = 0, most: int = _PORT_MAX
) -> int:
    text = environment.get(name) or str(default)
    is_number = text.isascii() and text.isdecimal() and len(text) < 10
    if not (is_number and least <= int(text) <= most):
        raise LocalStackError(f"{name}={text[:40]} is not a whole number from {least} to {most}")
    return int(text)


def _conflicts(environment: Mapping[str, str]) -> str | None:
    given = environment.get("TAMS_VAST_CONFLICTS") or None
    if given is not None and given not in SOUND:
        known = ", ".join(SOUND)
        raise LocalStackError(f"TAMS_VAST_CONFLICTS={given[:40]} is not one of {known}")
    return given


def _s3_server(environment: Mapping[str, str]) -> str:
    given = environment.get("TAMS_S3") or RCLONE
    if given not in (RCLONE, SEAWEEDFS):
        raise LocalStackError(f"TAMS_S3={given[:40]} is not {RCLONE} or {SEAWEEDFS}")
    return given


def _url(name: str, text: str) -> str:
    try:
        return parse_base_url(text)
    except ValueError as error:
        raise LocalStackError(f"{name}={text} {error}") from error


def _forwarding(name: str, text: str) -> str:
    if text not in (known := get_args(Forwarding)):
        raise LocalStackError(f"{name}={text} is not one of {', '.join(known)}")
    return text


def _seconds(name: str, text: str) -> str:
    return str(_number({name: text}, name, 0, most=_SECONDS_MAX))


def _true_or_false(name: str, text: str) -> str:
    if text not in ("true", "false"):
        raise LocalStackError(f"{name}={text} is not one of true, false")
    return text


_SETTINGS = {
    "TAMS_PUBLIC_URL": _url,
    "TAMS_TRUST_FORWARDED": _forwarding,
    "TAMS_RECYCLE_BIN__KEPT_SECONDS": _seconds,
    "TAMS_RETENTION__ENABLED": _true_or_false,
}
