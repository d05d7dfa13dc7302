"""Who is let in here: the variables of the authorizer, which are the template's parameters when deployed."""

import json
from collections.abc import Mapping

from pydantic import TypeAdapter, ValidationError

from local.faults import LocalStackError
from tams.access.accounts import Account, Accounts, hash_token
from tams.models.caller import Scope

ACCOUNTS = "TAMS_ACCESS__ACCOUNTS"
OPEN = "TAMS_ACCESS__OPEN"


def is_open(token: str | None, given: Mapping[str, str]) -> bool:
    """Whether everybody may do everything. Raises LocalStackError."""
    if not (said := given.get(OPEN)):
        return token is None and not given
    try:
        return TypeAdapter(bool).validate_python(said)
    except ValidationError:
        raise LocalStackError(f"{OPEN}={said} is neither true nor false") from None


def variables(token: str | None, given: Mapping[str, str]) -> dict[str, str]:
    """Everybody without a token and without anything given; else whom they name."""
    accounts = Accounts.model_validate_json(given.get(ACCOUNTS) or "{}")
    if token is not None:
        bearer = Account(name="local", hash=hash_token(token), scopes=tuple(Scope))
        accounts = Accounts(tokens=(*accounts.tokens, bearer), users=accounts.users)
    return {
        OPEN: json.dumps(is_open(token, given)),
        **given,
        ACCOUNTS: accounts.model_dump_json(),
    }
