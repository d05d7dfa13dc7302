"""The credentials a request presents: a token, or a name with a password (AUT-1…4)."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from tams.access.errors import CredentialsError, NoCredentialsError


@dataclass(frozen=True, slots=True)
class Bearer:
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Basic:
    name: str
    password: str = field(repr=False)


def credentials_of(headers: Mapping[str, str], raw_query: str) -> Bearer | Basic:
    """The credentials in the header if there are any, otherwise `access_token` from the query (AUT-7).

    `headers` have lower-case names. Raises NoCredentialsError, CredentialsError.
    """
    if (header := headers.get("authorization")) is not None:
        found = _of_header(header)
        if isinstance(found, Basic) and headers.get("sec-fetch-site") == "cross-site":
            # A browser remembers a password and sends it with any form that another site posts.
            raise CredentialsError(
                "pages of other sites must authenticate with a token, not with Basic"
            )
        return found
    tokens = [value for name, value in parse_qsl(raw_query) if name == "access_token"]
    if not tokens:
        raise NoCredentialsError("this service requires credentials")
    if len(tokens) > 1:
        raise CredentialsError("access_token must be given only once")
    return Bearer(tokens[0])


def _of_header(header: str) -> Bearer | Basic:
    scheme, _, value = header.strip().partition(" ")
    match scheme.lower():
        case "bearer" if value.strip():
            return Bearer(value.strip())
        case "basic":
            return _basic(value.strip())
        case _:
            raise CredentialsError("the Authorization header must use Bearer or Basic")


def _basic(value: str) -> Basic:
    try:
        name, colon, password = base64.b64decode(value, validate=True).decode().partition(":")
    except ValueError:
        colon = ""
    if not colon:
        raise CredentialsError("Basic credentials must be name:password in base64")
    return Basic(name, password)
