"""Who is let in here: the variables of the authorizer, which are the template's parameters when deployed."""

import json
from collections.abc import Mapping

from tams.access.accounts import Account, Accounts, hash_token
from tams.models.caller import Scope

ACCOUNTS = "TAMS_ACCESS__ACCOUNTS"


def variables(token: str | None, given: Mapping[str, str]) -> dict[str, str]:
    """Everybody without a token and without anything given; else whom they name."""
    accounts = Accounts.model_validate_json(given.get(ACCOUNTS) or "{}")
    if token is not None:
        bearer = Account(name="local", hash=hash_token(token), scopes=tuple(Scope))
        accounts = Accounts(tokens=(*accounts.tokens, bearer), users=accounts.users)
    is_open = token is None and not given
    return {
        "TAMS_ACCESS__OPEN": json.dumps(is_open),
        **given,
        ACCOUNTS: accounts.model_dump_json(),
    }
