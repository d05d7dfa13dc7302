"""Checks the environment before anything starts."""

import os
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass

from pydantic import ValidationError

from serve.errors import ServeError
from tams.runtime.access_settings import PREFIX as ACCESS
from tams.runtime.access_settings import AccessSettings
from tams.runtime.operator_settings import SettingsError, settings_of
from tams.settings import Settings
from tams.settings.places import QueueSettings

QUEUES = "TAMS_QUEUES__"
NO_QUEUE = "none"
"""The value of the variables of queues where there are none."""

_WITHOUT_QUEUES = {
    "TAMS_DELETION__IDLE_SECONDS": "10",
    "TAMS_SWEEP__AFTER_SECONDS": "5",
}
"""Nobody waits for a message that never comes."""


@dataclass(frozen=True)
class Places:
    settings: Settings
    access: AccessSettings
    queues: Mapping[str, str]
    """The URL of each queue by its name in the settings, such as `events`. Empty if there are none."""


def checked_environment(environment: MutableMapping[str, str] = os.environ) -> Places:
    """Raises ServeError, which names the variable."""
    queues = _queues(environment)
    if not queues:
        _without_queues(environment)
    try:
        settings = settings_of(Settings)
    except SettingsError as error:
        raise ServeError(str(error)) from error
    return Places(settings, _access(environment), queues)


def _queues(environment: Mapping[str, str]) -> dict[str, str]:
    given = {
        name: url
        for name in QueueSettings.model_fields
        if (url := environment.get(f"{QUEUES}{name.upper()}", "")) not in ("", NO_QUEUE)
    }
    missing = [name for name in QueueSettings.model_fields if name not in given]
    if given and missing:
        variables = ", ".join(f"{QUEUES}{name.upper()}" for name in missing)
        raise ServeError(
            f"{variables} is missing: give the URLs of all queues, or of none to do without"
        )
    return given


def _without_queues(environment: MutableMapping[str, str]) -> None:
    names = (f"{QUEUES}{name.upper()}" for name in QueueSettings.model_fields)
    for name, value in {**dict.fromkeys(names, NO_QUEUE), **_WITHOUT_QUEUES}.items():
        if not environment.get(name):
            environment[name] = value


def _access(environment: Mapping[str, str]) -> AccessSettings:
    try:
        access = AccessSettings.from_environment(environment)
    except ValidationError as error:
        faults = (
            f"{ACCESS}{'__'.join(map(str, each['loc'])).upper()}: {each['msg']}"
            for each in error.errors()
        )
        raise ServeError("; ".join(faults)) from None
    except ValueError as error:
        raise ServeError(
            f"{ACCESS}ISSUERS and {ACCESS}ACCOUNTS must be valid JSON: {error}"
        ) from None
    accounts = access.accounts
    credentials = access.issuers or access.secret_arn or accounts.tokens or accounts.users
    if access.open and credentials:
        raise ServeError(
            f"with {ACCESS}OPEN=true, other {ACCESS}… variables have no effect: leave them out"
        )
    if not access.open and not credentials:
        raise ServeError(
            f"nobody could call the API: set {ACCESS}ISSUERS, {ACCESS}ACCOUNTS or {ACCESS}SECRET_ARN, "
            f"or {ACCESS}OPEN=true to open it to everyone who can reach it"
        )
    return access
