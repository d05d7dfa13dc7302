"""Settings that belong together, and those of keys and certificates, which others have too."""

from typing import Self

from pydantic import BaseModel, ConfigDict, SecretStr, model_validator


class Section(BaseModel):
    """Settings that belong together. The text below each one is its entry in settings.md."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True, hide_input_in_errors=True)


class KeySettings(Section):
    """Access keys: from a secret when deployed, given directly on a local stack."""

    secret_arn: str | None = None
    """A secret in Secrets Manager: JSON with `access_key` and `secret_key`."""
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
