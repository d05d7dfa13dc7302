"""Private certificate authorities: a file, or a secret that becomes one."""

import json
import ssl
from pathlib import Path

import pytest

from tams.errors import BackendUnavailableError
from tams.runtime.ca_file import ca_file_finder
from tams.runtime.secrets import SecretUnavailableError
from tams.settings.section import TrustSettings
from tests.certificates import Authority


def test_without_settings_the_public_authorities_count() -> None:
    assert ca_file_finder(TrustSettings())() is None
    assert ca_file_finder(TrustSettings(ca_bundle="", ca_bundle_secret_arn=""))() is None


def test_a_file_is_used_as_it_is() -> None:
    assert ca_file_finder(TrustSettings(ca_bundle="/etc/ca.pem"))() == "/etc/ca.pem"


def test_a_file_and_a_secret_are_one_too_many() -> None:
    with pytest.raises(ValueError, match="not both"):
        TrustSettings(ca_bundle="/a", ca_bundle_secret_arn="arn:b")


@pytest.mark.parametrize("as_json", [False, True])
def test_a_secret_is_read_once_and_becomes_a_file(as_json: bool) -> None:
    pem = Authority("ours").pem
    asked: list[str] = []

    def read(arn: str) -> str:
        asked.append(arn)
        return json.dumps({"access_key": "k", "ca_bundle": pem}) if as_json else pem

    find = ca_file_finder(TrustSettings(ca_bundle_secret_arn="arn:ca"), read)
    path = find()

    assert path is not None
    assert find() == path
    assert asked == ["arn:ca"]
    assert len(ssl.create_default_context(cafile=path).get_ca_certs()) == 1
    Path(path).unlink()


@pytest.mark.parametrize("text", ["", "nonsense", "{}", "[]", json.dumps({"ca_bundle": "x"})])
def test_a_secret_without_certificates_is_unavailable(text: str) -> None:
    find = ca_file_finder(TrustSettings(ca_bundle_secret_arn="arn:ca"), lambda _: text)
    with pytest.raises(BackendUnavailableError, match="certificate authorities cannot be read"):
        find()


def test_a_secret_that_cannot_be_read_is_tried_again() -> None:
    pem = Authority("ours").pem
    away = [True]

    def read(arn: str) -> str:
        if away.pop() if away else False:
            raise SecretUnavailableError(f"{arn} cannot be read")
        return pem

    find = ca_file_finder(TrustSettings(ca_bundle_secret_arn="arn:ca"), read)
    with pytest.raises(BackendUnavailableError):
        find()
    path = find()
    assert path is not None
    Path(path).unlink()
