"""Who may call this stack: the authorizer's variables, which are template parameters when deployed."""

import json
from collections.abc import Mapping

from pydantic import TypeAdapter, ValidationError

from local.errors import LocalStackError
from tams.access.accounts import Account, Accounts, hash_token
from tams.models.caller import Scope

ACCOUNTS = "TAMS_ACCESS__ACCOUNTS"
OPEN = "TAMS_ACCESS__OPEN"


def is_open(token: str | None, given: Mapping[str, str]) -> bool:
    """Whether anyone may do anything. Raises LocalStackError."""
    if not (said := given.get(OPEN)):
        return token is None and not given
    try:
        return TypeAdapter(bool).validate_python(said)
    except ValidationError:
        raise LocalStackError(f"{OPEN}={said} must be true or false") from None


def variables(token: str | None, given: Mapping[str, str]) -> dict[str, str]:
    """Opens the API to everyone when there is no token and nothing given; otherwise lets in those named."""
    accounts = Accounts.model_validate_json(given.get(ACCOUNTS) or "{}")
    if token is not None:
        bearer = Account(name="local", hash=hash_token(token), scopes=tuple(Scope))
        accounts = Accounts(tokens=(*accounts.tokens, bearer), users=accounts.users)
    return {
        OPEN: json.dumps(is_open(token, given)),
        **given,
        ACCOUNTS: accounts.model_dump_json(),
    }
