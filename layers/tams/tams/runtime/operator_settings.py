"""The settings that operators' programs need: never those of queues."""

from typing import TypeVar

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict
from pydantic_settings import SettingsError as NotJsonError

from tams.errors import TamsError
from tams.settings import Settings
from tams.settings.places import QueueSettings, StorageBackendSettings, VastSettings


class OperatorSettings(BaseSettings):
    """The same variables as those of the functions: `TAMS_VAST__…`."""

    model_config = SettingsConfigDict(**Settings.model_config)

    vast: VastSettings
    secrets_max_age_seconds: float = Field(default=300.0, gt=0)


class StatusSettings(OperatorSettings):
    storage_backends: list[StorageBackendSettings] | None = None
    """If they are not given, nothing can be said about them."""


class MediaSettings(Settings):
    """For programs that run services on media. What they start, they also finish, so they need no queues."""

    queues: QueueSettings = QueueSettings(
        object_cleanup="", copies="", renders="", deletions="", events="", deliveries=""
    )


class SettingsError(TamsError):
    """Its text is for the operator."""


_Kind = TypeVar("_Kind", bound=BaseSettings)


def settings_of(kind: type[_Kind]) -> _Kind:
    """From the environment. Raises SettingsError."""
    try:
        return kind()
    except ValidationError as error:
        faults = "; ".join(f"{_variable(each['loc'])}: {each['msg']}" for each in error.errors())
        raise SettingsError(
            f"{faults}. Set the same TAMS_… variables as for the functions"
        ) from None
    except NotJsonError as error:
        raise SettingsError(
            f"{_not_json(kind, error)} must be valid JSON: {error.__cause__}"
        ) from None


def operator_settings() -> OperatorSettings:
    """Raises SettingsError."""
    return settings_of(OperatorSettings)


def _variable(path: tuple[int | str, ...]) -> str:
    return "TAMS_" + "__".join(str(step) for step in path).upper()


def _not_json(kind: type[BaseSettings], error: NotJsonError) -> str:
    """The variable that the error is about. Its text has the name of the field in quotes."""
    named = [name for name in kind.model_fields if f'"{name}"' in str(error)]
    variable = _variable(tuple(named[:1] or ["…"]))
    return f"{variable}, or a variable {variable}__…,"
