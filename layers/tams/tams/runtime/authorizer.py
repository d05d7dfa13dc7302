"""The authorizer: determines the caller of each request, or why that is impossible.

It lets every request pass with its finding, and the function refuses those without a caller: API Gateway's
own refusals have neither WWW-Authenticate nor an error body (ADR 10).
"""

import os
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger

from tams.access.accounts import AccountBook
from tams.access.attempts import Attempts
from tams.access.authenticator import Authenticator
from tams.access.credentials import credentials_of
from tams.access.errors import (
    CredentialsError,
    CredentialStoreUnavailableError,
    NoCredentialsError,
    TooManyAttemptsError,
)
from tams.access.fetching import IssuerClient
from tams.access.key_set import Key, KeySet
from tams.access.tokens import Issuer, TokenReader
from tams.models.caller import EVERYONE
from tams.runtime.access_settings import AccessSettings
from tams.token_paths import without_token

Finding = dict[str, str]
"""`caller` as JSON; or `refusal`, words for the client, with its `kind`.

The kind `limited` comes with `retry_after`, in seconds.
"""

logger = Logger()


def authorizer_handler(
    read: Callable[[], AccessSettings] = lambda: AccessSettings.from_environment(os.environ),
) -> Callable[[Mapping[str, Any], Any], dict[str, Any]]:
    """The `lambda_handler` of an HTTP API's authorizer, payload format 2.0 with simple responses."""

    @cache
    def built() -> Callable[[Mapping[str, Any]], Finding]:
        return finder(read())

    def lambda_handler(event: Mapping[str, Any], _context: Any) -> dict[str, Any]:
        return {"isAuthorized": True, "context": built()(event)}

    return lambda_handler


def finder(settings: AccessSettings) -> Callable[[Mapping[str, Any]], Finding]:
    """Finds out who calls, from an event; it may be used by several threads."""
    find = _finder(settings)

    def found(event: Mapping[str, Any]) -> Finding:
        finding = find(event)
        if "refusal" in finding:
            logger.info("refused", extra={**finding, **_asked(event)})
        return finding

    return found


def _asked(event: Mapping[str, Any]) -> dict[str, Any]:
    """What an operator looks for, without tokens. The query may hold one and is left out."""
    context = event.get("requestContext", {})
    http = context.get("http", {})
    return {
        "method": http.get("method"),
        "path": without_token(event.get("rawPath", "")),
        "source_ip": http.get("sourceIp"),
        "correlation_id": context.get("requestId"),
    }


def _finder(settings: AccessSettings) -> Callable[[Mapping[str, Any]], Finding]:
    if settings.open:
        everyone = {"caller": EVERYONE.to_json()}
        return lambda _event: everyone
    authenticator = Authenticator(
        AccountBook(settings.read_accounts, Attempts(settings.password_attempts)),
        TokenReader(settings.issuers, _keys(settings)),
        with_classes=settings.classes,
    )
    return lambda event: _finding(authenticator, event)


def _finding(authenticator: Authenticator, event: Mapping[str, Any]) -> Finding:
    try:
        credentials = credentials_of(event.get("headers", {}), event.get("rawQueryString", ""))
        return {"caller": authenticator.caller(credentials, _address(event)).to_json()}
    except NoCredentialsError as error:
        return {"refusal": str(error), "kind": "none"}
    except CredentialsError as error:
        return {"refusal": str(error), "kind": "invalid"}
    except TooManyAttemptsError as error:
        seconds = str(error.retry_after_seconds)
        return {"refusal": str(error), "kind": "limited", "retry_after": seconds}
    except UnicodeError:
        return {"refusal": "the credentials are not valid UTF-8", "kind": "invalid"}
    except CredentialStoreUnavailableError as error:
        logger.warning("unavailable", extra={"reason": str(error)})
        return {
            "refusal": "credentials cannot be checked at the moment; try again",
            "kind": "unavailable",
        }


def _address(event: Mapping[str, Any]) -> str:
    """The client's address as the gateway saw it: a client can write anything into its headers."""
    return str(event.get("requestContext", {}).get("http", {}).get("sourceIp", ""))


def _keys(settings: AccessSettings) -> Callable[[Issuer, str | None], Key]:
    sets = {
        each.issuer: KeySet(
            IssuerClient(each.issuer, each.jwks_uri).fetch, settings.keys_max_age_seconds
        )
        for each in settings.issuers
    }
    return lambda issuer, key_id: sets[issuer.issuer].key(key_id)
