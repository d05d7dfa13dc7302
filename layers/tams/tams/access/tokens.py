"""Tokens issued by others: JSON Web Tokens (RFC 7519), checked as RFC 8725 advises.

Configuration defines what is trusted: the issuers, their audiences, and the algorithms. Nothing in a token
chooses.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import jwt
from pydantic import BaseModel, ConfigDict, Field, field_validator

from tams.access.addresses import is_safe
from tams.access.errors import CredentialsError
from tams.access.key_set import Key
from tams.models.caller import Scope

Algorithm = Literal[
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"
]
"""Signatures with a private key. HMAC is not among them: anyone could forge it with a public key."""


class Issuer(BaseModel):
    """One issuer that is trusted, and how its claims are read.

    `scope_names` says what a value of `scope_claims` grants, in addition to the names of `Scope` themselves.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    issuer: str
    audiences: tuple[str, ...] = Field(min_length=1)
    audience_claim: str = "aud"
    jwks_uri: str | None = None
    algorithms: tuple[Algorithm, ...] = Field(default=("RS256", "ES256"), min_length=1)
    scope_claims: tuple[str, ...] = ("scope", "scp", "groups", "cognito:groups")
    scope_names: dict[str, tuple[Scope, ...]] = Field(default_factory=dict)
    name_claims: tuple[str, ...] = ("sub", "client_id")
    classes_claim: str = "auth_classes"
    leeway_seconds: int = Field(default=30, ge=0, le=300)

    @field_validator("issuer", "jwks_uri")
    @classmethod
    def _by_https(cls, url: str | None) -> str | None:
        if url is not None and not is_safe(url):
            raise ValueError(
                "must be an https URL, because keys fetched over plain http can be forged"
            )
        return url


class TokenReader:
    """`key_of` finds an issuer's key by its id.

    It raises CredentialsError and CredentialStoreUnavailableError.
    """

    def __init__(
        self, issuers: Sequence[Issuer], key_of: Callable[[Issuer, str | None], Key]
    ) -> None:
        self._issuers = {each.issuer: each for each in issuers}
        self._key_of = key_of

    def read(self, token: str) -> tuple[Issuer, dict[str, Any]]:
        """The token's issuer and claims. Raises CredentialsError, CredentialStoreUnavailableError."""
        try:
            header = jwt.get_unverified_header(token)
            named = jwt.decode(token, options={"verify_signature": False}).get("iss")
        except jwt.PyJWTError as error:
            raise CredentialsError(
                "the token is neither a known static token nor a JSON Web Token"
            ) from error
        issuer = self._issuers.get(named) if isinstance(named, str) else None
        if issuer is None:
            raise CredentialsError("this service does not trust the token's issuer")
        if (algorithm := header.get("alg")) not in issuer.algorithms:
            raise CredentialsError("the token is signed with an algorithm that is not allowed")
        key = self._key_of(issuer, header.get("kid"))
        if key.algorithm not in (None, algorithm):
            raise CredentialsError(
                "the token is signed with an algorithm that does not match its key"
            )
        claims = self._verified(token, issuer, key, algorithm)
        _check_audience(issuer, claims)
        return issuer, claims

    def _verified(self, token: str, issuer: Issuer, key: Key, algorithm: str) -> dict[str, Any]:
        try:
            return jwt.decode(
                token,
                key.public,
                algorithms=[algorithm],
                issuer=issuer.issuer,
                leeway=issuer.leeway_seconds,
                options={"require": ["exp", "iss"], "verify_aud": False},
            )
        except jwt.ExpiredSignatureError as error:
            raise CredentialsError("the token has expired") from error
        except jwt.ImmatureSignatureError as error:
            raise CredentialsError("the token is not valid yet") from error
        except jwt.MissingRequiredClaimError as error:
            raise CredentialsError(f"the token lacks the claim {error.claim}") from error
        except (jwt.PyJWTError, ValueError, TypeError) as error:
            raise CredentialsError("the token's signature or claims are not valid") from error


def _check_audience(issuer: Issuer, claims: Mapping[str, Any]) -> None:
    """AWS Cognito's access tokens name their audience as `client_id`, hence the setting."""
    if not set(texts(claims.get(issuer.audience_claim))) & set(issuer.audiences):
        raise CredentialsError("the token is meant for another audience")


def texts(claim: object) -> list[str]:
    """A claim's values: the texts of a list, or the text itself."""
    if isinstance(claim, str):
        return [claim]
    return [each for each in claim if isinstance(each, str)] if isinstance(claim, list) else []
