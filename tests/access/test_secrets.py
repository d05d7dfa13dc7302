"""Secrets found by ARN, as deployed: read from Secrets Manager, and rotated while the service runs."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest

from local.stack import Stack
from tams.access.accounts import Account, Accounts, hash_token
from tams.models.caller import Scope
from tests.moto_server import moto_server
from tests.stacks import UNHURRIED, new_stack, planned
from tests.waiting import until

MAX_AGE_SECONDS = 1


@dataclass(frozen=True)
class SecretsManager:
    url: str
    client: Any

    def put(self, name: str, content: object) -> str:
        """The secret's ARN."""
        text = json.dumps(content)
        try:
            return str(self.client.put_secret_value(SecretId=name, SecretString=text)["ARN"])
        except self.client.exceptions.ResourceNotFoundException:
            return str(self.client.create_secret(Name=name, SecretString=text)["ARN"])


@pytest.fixture(scope="module")
def secrets() -> Iterator[SecretsManager]:
    with moto_server() as url:
        client = boto3.client(
            "secretsmanager",
            endpoint_url=url,
            region_name="us-east-1",
            aws_access_key_id="local",
            aws_secret_access_key="local",
        )
        yield SecretsManager(url, client)


def accounts(*tokens: str) -> Any:
    made = [
        Account(name=each, hash=hash_token(each), scopes=(Scope.READ, Scope.WRITE))
        for each in tokens
    ]
    return Accounts(tokens=tuple(made)).model_dump(mode="json")


@dataclass(frozen=True)
class Deployed:
    """A stack whose keys and accounts are in secrets; none is in its environment."""

    stack: Stack
    secrets: SecretsManager

    def ask(self, token: str, path: str = "/flows") -> httpx.Response:
        url = f"{self.stack.api_url}{path}"
        return httpx.get(url, headers={"Authorization": f"Bearer {token}"})

    def becomes(self, status: int, who: str = "first", path: str = "/flows") -> None:
        """Soon."""
        until(lambda: self.ask(who, path).status_code == status)


@pytest.fixture(scope="module")
def deployed(
    secrets: SecretsManager, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployed]:
    data: Path = tmp_path_factory.mktemp("deployed")
    config, backend = planned(data)
    known = config.credentials
    media = {name: backend.pop(name) for name in ("access_key", "secret_key")}
    vast = {"access_key": known.vast.access_key, "secret_key": known.vast.secret_key}
    backend["secret_arn"] = secrets.put("storage", media)
    env = {
        **UNHURRIED,
        "AWS_ENDPOINT_URL_SECRETS_MANAGER": secrets.url,
        "TAMS_SECRETS_MAX_AGE_SECONDS": str(MAX_AGE_SECONDS),
        "TAMS_STORAGE_BACKENDS": json.dumps([backend]),
        "TAMS_VAST__SECRET_ARN": secrets.put("vast", vast),
    }
    access = {
        "TAMS_ACCESS__SECRET_ARN": secrets.put("accounts", accounts("first")),
        "TAMS_ACCESS__ACCOUNTS_MAX_AGE_SECONDS": str(MAX_AGE_SECONDS),
    }
    # One process: each would have its own memory of secrets, and none can be asked by name.
    with new_stack(data, ports=config.ports, env=env, access=access, workers=1) as stack:
        yield Deployed(stack, secrets)


def test_a_token_put_into_the_secret_is_good_soon_and_one_taken_out_is_not(
    deployed: Deployed,
) -> None:
    deployed.becomes(200, "first")
    assert deployed.ask("second").status_code == 401

    deployed.secrets.put("accounts", accounts("first", "second"))
    deployed.becomes(200, "second")
    assert deployed.ask("first").status_code == 200

    deployed.secrets.put("accounts", accounts("second"))
    time.sleep(MAX_AGE_SECONDS + 0.1)
    assert {deployed.ask("first").status_code for _ in range(20)} == {401}
    assert deployed.ask("second").status_code == 200
    deployed.secrets.put("accounts", accounts("first"))
    deployed.becomes(200, "first")


@pytest.mark.parametrize("content", ["not-for-logs", {"tokens": [{"name": "not-for-logs"}]}])
def test_a_secret_of_accounts_that_is_none_lets_nobody_in_and_says_try_again(
    content: object, deployed: Deployed
) -> None:
    deployed.secrets.put("accounts", content)
    deployed.becomes(503)

    answer = deployed.ask("first")

    assert answer.json()["type"] == "BackendUnavailable"
    assert "not-for-logs" not in answer.text
    assert answer.headers["retry-after"]
    deployed.secrets.put("accounts", accounts("first"))
    deployed.becomes(200)


@pytest.mark.parametrize(("secret", "path"), [("vast", "/flows"), ("storage", "/health")])
def test_keys_of_vast_and_s3_are_rotated_while_the_service_runs(
    secret: str, path: str, deployed: Deployed
) -> None:
    """In between, the secret holds other keys, which are rejected. That shows which keys are in use."""
    text = deployed.secrets.client.get_secret_value(SecretId=secret)["SecretString"]
    good = json.loads(text)
    deployed.becomes(200, path=path)

    deployed.secrets.put(secret, {"access_key": "another", "secret_key": "not-for-logs"})
    deployed.becomes(503, path=path)
    deployed.secrets.put(secret, good)
    deployed.becomes(200, path=path)

    deployed.secrets.put(secret, {"no": "keys"})
    time.sleep(MAX_AGE_SECONDS + 0.5)
    kept = {deployed.ask("first", path).status_code for _ in range(10)}
    assert kept == {200}, "keys that were good are kept"
    deployed.secrets.put(secret, good)
