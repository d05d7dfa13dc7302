"""Who is let in, from the environment: read by the authorizer alone, which is to start fast."""

import json
from collections.abc import Mapping
from functools import lru_cache

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tams.access.accounts import Accounts
from tams.access.faults import SourceUnavailableError
from tams.access.tokens import Issuer

SECRET_CACHE_SECONDS = 60
"""A token that is taken out of the secret is good for as long as this still."""
PREFIX = "TAMS_ACCESS__"


class AccessSettings(BaseModel):
    """Variables `TAMS_ACCESS__…`.

    `open` lets everybody do everything. `accounts` is what the secret would hold, for local use.
    """

    model_config = ConfigDict(frozen=True)

    open: bool = False
    classes: bool = False
    issuers: tuple[Issuer, ...] = ()
    secret_arn: str | None = None
    accounts: Accounts = Accounts()
    keys_max_age_seconds: float = Field(default=300.0, gt=0)

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
        """As they are now. Raises SourceUnavailableError."""
        if self.secret_arn is None:
            return self.accounts
        from aws_lambda_powertools.utilities import parameters  # noqa: PLC0415 - boto3 is slow

        try:
            text = parameters.get_secret(self.secret_arn, max_age=SECRET_CACHE_SECONDS)
            return _parsed(str(text))
        except (parameters.GetParameterError, ValidationError) as error:
            # Not what it says: a fault of validation quotes what is wrong, which is the secret.
            kind = type(error).__name__
            raise SourceUnavailableError(f"the secret of accounts is of no use ({kind})") from None


@lru_cache(maxsize=1)
def _parsed(secret: str) -> Accounts:
    return Accounts.model_validate_json(secret)
