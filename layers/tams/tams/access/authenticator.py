"""Finds the Caller of a request from the credentials it presents."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tams.access.accounts import Account, AccountBook
from tams.access.credentials import Basic, Bearer
from tams.access.errors import CredentialsError
from tams.access.tokens import Issuer, TokenReader, texts
from tams.models.caller import Caller, Scope, grants


@dataclass(frozen=True, slots=True)
class Authenticator:
    """`with_classes`: callers other than admins reach only resources of their classes."""

    accounts: AccountBook
    tokens: TokenReader
    with_classes: bool = False

    def caller(self, credentials: Bearer | Basic, address: str) -> Caller:
        """`address` is the client's.

        Raises CredentialsError, TooManyAttemptsError, CredentialStoreUnavailableError.
        """
        if isinstance(credentials, Basic):
            return self._of_account(self.accounts.of_user(credentials, address))
        if (account := self.accounts.of_token(credentials)) is not None:
            return self._of_account(account)
        issuer, claims = self.tokens.read(credentials.token)
        return self._made(
            _name(issuer, claims), _scopes(issuer, claims), texts(claims.get(issuer.classes_claim))
        )

    def _of_account(self, account: Account) -> Caller:
        return self._made(account.name, account.scopes, account.classes)

    def _made(self, name: str, scopes: Iterable[Scope], classes: Collection[str]) -> Caller:
        held = frozenset(scopes)
        for text in (name, *classes):
            _check_text(text)
        limited = self.with_classes and Scope.ADMIN not in held
        return Caller(name, held, grants(classes, held) if limited else None)


def _check_text(text: str) -> None:
    """JSON can hold a lone surrogate, which nothing can store. Raises CredentialsError."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise CredentialsError("the token has a claim that is not valid Unicode text") from error


def _name(issuer: Issuer, claims: Mapping[str, Any]) -> str:
    for claim in issuer.name_claims:
        if isinstance(value := claims.get(claim), str) and value:
            return value
    raise CredentialsError(
        f"the token has none of the claims that can name the caller: {', '.join(issuer.name_claims)}"
    )


def _scopes(issuer: Issuer, claims: Mapping[str, Any]) -> set[Scope]:
    """In a text each word is a name (RFC 8693), in a list each entry: *Former editors* is one name."""
    held: set[Scope] = set()
    for claim in issuer.scope_claims:
        value = claims.get(claim)
        for name in value.split() if isinstance(value, str) else texts(value):
            held.update(issuer.scope_names.get(name, ()))
            if name in set(Scope):
                held.add(Scope(name))
    return held
