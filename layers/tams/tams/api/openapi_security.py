"""Credentials in the OpenAPI document: three ways to send them, and what each operation requires."""

from typing import Any

from tams.api.callers import PUBLIC_ROUTES, TOKEN_ROUTES
from tams.api.scopes import needed
from tams.models.caller import Scope

SCHEMES: dict[str, Any] = {
    "bearer_token_auth": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "A token of an issuer that this service trusts, or a static token.",
    },
    "url_token_auth": {
        "type": "apiKey",
        "in": "query",
        "name": "access_token",
        "description": "The same token, for clients that cannot set a header.",
    },
    "basic_auth": {
        "type": "http",
        "scheme": "basic",
        "description": "A name and a password, for clients that cannot use a token.",
    },
}

_CHALLENGE = {
    "WWW-Authenticate": {"description": "How to authenticate.", "schema": {"type": "string"}}
}


_LATER = {
    "Retry-After": {
        "description": "Seconds to wait before the next try.",
        "schema": {"type": "integer"},
    }
}


def describe_access(path: str, method: str, operation: dict[str, Any], error: str) -> None:
    """Adds the operation's security, its scopes in words, and 401 and 429 unless it is public."""
    if path in PUBLIC_ROUTES or path in TOKEN_ROUTES:
        operation["security"] = []
        if path in TOKEN_ROUTES:
            operation["responses"]["403"] = _refusal(
                "The token does not give access to this.", error
            )
        return
    operation["security"] = [{name: []} for name in SCHEMES]
    scopes = needed(path, method.upper()) or frozenset({Scope.ADMIN})
    said = f"Scope: {' or '.join(sorted(scopes))}."
    before = operation.get("description")
    operation["description"] = f"{before}\n\n{said}" if before else said
    operation["responses"]["401"] = {
        "description": "The credentials are missing or not valid.",
        "headers": _CHALLENGE,
        "content": {"application/json": {"schema": {"$ref": error}}},
    }
    operation["responses"]["429"] = {
        "description": "Too many wrong passwords, or too many requests.",
        "headers": _LATER,
        "content": {"application/json": {"schema": {"$ref": error}}},
    }
    operation["responses"].setdefault("403", _refusal("The caller lacks the scope.", error))


def _refusal(description: str, error: str) -> dict[str, Any]:
    return {
        "description": description,
        "content": {"application/json": {"schema": {"$ref": error}}},
    }
