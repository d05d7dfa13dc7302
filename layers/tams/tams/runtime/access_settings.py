"""Who may call, from the environment. Only the authorizer reads it, because it must start fast."""

import json
from collections.abc import Mapping
from functools import lru_cache

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tams.access.accounts import Accounts
from tams.access.attempts import AT_ONCE, CHECKS_AT_A_TIME
from tams.access.errors import CredentialStoreUnavailableError
from tams.access.tokens import Issuer
from tams.runtime.secrets import SecretUnavailableError, read_secret

PREFIX = "TAMS_ACCESS__"


class AccessSettings(BaseModel):
    """Variables `TAMS_ACCESS__…`."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True, use_attribute_docstrings=True)

    open: bool = False
    """Allow everything to every caller, without credentials."""
    classes: bool = False
    """Limit callers to their classes."""
    issuers: tuple[Issuer, ...] = ()
    """Trusted issuers of JSON Web Tokens, as a JSON list."""
    secret_arn: str | None = None
    """The secret that holds static tokens and passwords, as `tams admin token --into` writes them."""
    accounts: Accounts = Accounts()
    """The content of that secret, given directly for local use."""
    accounts_max_age_seconds: int = Field(default=60, gt=0)
    """A token removed from the secret stays valid for at most this long."""
    keys_max_age_seconds: float = Field(default=300.0, gt=0)
    """A key withdrawn by an issuer stays valid for at most this long."""
    password_attempts: int = Field(default=AT_ONCE, ge=CHECKS_AT_A_TIME)
    """How many wrong passwords for one account from one address are checked before the next has to wait."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "AccessSettings":
        """Raises pydantic.ValidationError, which names what is wrong."""
        given: dict[str, object] = {
            name.removeprefix(PREFIX).lower(): value
            for name, value in environment.items()
            if name.startswith(PREFIX) and value
        }
        for name in ("issuers", "accounts"):
            if name in given:
                given[name] = json.loads(str(given[name]))
        return cls.model_validate(given)

    def read_accounts(self) -> Accounts:
        """The current accounts. Raises CredentialStoreUnavailableError."""
        if self.secret_arn is None:
            return self.accounts
        try:
            return _parsed(read_secret(self.secret_arn, self.accounts_max_age_seconds))
        except SecretUnavailableError as error:
            raise CredentialStoreUnavailableError(str(error)) from error
        except ValidationError:
            # Not its text: a validation error quotes what is wrong, which is the secret.
            raise CredentialStoreUnavailableError(
                "the secret with the accounts is not valid: expected JSON as `tams admin` writes it"
            ) from None


@lru_cache(maxsize=1)
def _parsed(secret: str) -> Accounts:
    return Accounts.model_validate_json(secret)
