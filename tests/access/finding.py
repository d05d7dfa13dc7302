"""The authorizer on its own: a request's credentials go in, its verdict comes out."""

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from tams.access.tokens import Issuer
from tams.models.caller import Caller
from tams.runtime.access_settings import AccessSettings
from tams.runtime.authorizer import authorizer_handler
from tests.access.issuer import AUDIENCE, TokenIssuer


def trusted(issuer: TokenIssuer, **fields: Any) -> Issuer:
    """As an operator describes an issuer."""
    return Issuer.model_validate({"issuer": issuer.url, "audiences": [AUDIENCE], **fields})


class Authorizer:
    """The function `authorizer` with settings of its own, asked as an HTTP API asks it."""

    def __init__(self, *issuers: Issuer, **settings: Any) -> None:
        made = AccessSettings(issuers=issuers, **settings)
        self._handler = authorizer_handler(lambda: made)

    def finding(self, token: str) -> Mapping[str, str]:
        return self._asked(f"Bearer {token}")

    def of_password(self, name: str, password: str) -> Mapping[str, str]:
        return self._asked(f"Basic {b64encode(f'{name}:{password}'.encode()).decode()}")

    def caller(self, token: str) -> Caller:
        finding = self.finding(token)
        assert "caller" in finding, finding
        return Caller.from_json(finding["caller"])

    def refused(self, token: str) -> str:
        """Why, as a kind: `invalid`, or `unavailable` when nothing can be said of the token."""
        finding = self.finding(token)
        assert "caller" not in finding, finding
        assert finding["refusal"]
        return finding["kind"]

    def _asked(self, authorization: str) -> Mapping[str, str]:
        event = {
            "headers": {"authorization": authorization},
            "rawQueryString": "",
            "requestContext": {"requestId": "of-the-tests"},
        }
        answer = self._handler(event, None)
        assert answer["isAuthorized"] is True, "the function refuses, not the gateway"
        finding: Mapping[str, str] = answer["context"]
        return finding
