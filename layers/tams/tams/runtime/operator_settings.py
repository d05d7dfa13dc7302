"""The settings that operators' programs need: VAST, and neither media nor queues."""

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from tams.errors import TamsError
from tams.settings import Settings, VastSettings


class OperatorSettings(BaseSettings):
    """The same variables as those of the functions: `TAMS_VAST__…`."""

    model_config = SettingsConfigDict(**Settings.model_config)

    vast: VastSettings
    secrets_max_age_seconds: float = Field(default=300.0, gt=0)


class SettingsError(TamsError):
    """Its text is for the operator."""


def operator_settings() -> OperatorSettings:
    """Raises SettingsError."""
    try:
        return OperatorSettings()
    except ValidationError as error:
        faults = "; ".join(f"{_variable(each['loc'])}: {each['msg']}" for each in error.errors())
        raise SettingsError(
            f"{faults}. Set the same TAMS_VAST__… variables as for the functions"
        ) from None


def _variable(path: tuple[int | str, ...]) -> str:
    return "TAMS_" + "__".join(str(step) for step in path).upper()
