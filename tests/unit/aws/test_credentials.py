"""Keys of this process: from the environment, or from wherever botocore finds them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tams.aws import credentials
from tams.aws.credentials import Credentials, NoCredentialsError, own_credentials


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Neither variables nor files nor an instance that has keys."""
    for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN", "PROFILE"):
        monkeypatch.delenv(f"AWS_{name}", raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    credentials._elsewhere.cache_clear()
    yield
    credentials._elsewhere.cache_clear()


def test_the_environment_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "K")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "S")
    assert own_credentials() == Credentials("K", "S")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "T")
    assert own_credentials() == Credentials("K", "S", "T")


def test_botocore_finds_them_elsewhere(tmp_path: Path) -> None:
    file = tmp_path / "AWS_SHARED_CREDENTIALS_FILE"
    file.write_text("[default]\naws_access_key_id = F\naws_secret_access_key = G\n")
    assert own_credentials() == Credentials("F", "G")


def test_a_process_without_keys_says_so() -> None:
    with pytest.raises(NoCredentialsError, match="has no credentials for AWS"):
        own_credentials()
