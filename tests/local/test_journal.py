import pytest

from local.journal import redacted


@pytest.mark.parametrize(
    ("target", "shown"),
    [
        ("/flows?limit=3", "/flows?limit=3"),
        ("/flows", "/flows"),
        ("/flows?access_token=secret&limit=3", "/flows?access_token=***&limit=3"),
        ("/flows?access%5Ftoken=secret", "/flows?access%5Ftoken=***"),
        ("/b/k?X-Amz-Date=1&X-Amz-Signature=abc", "/b/k?X-Amz-Date=1&X-Amz-Signature=***"),
    ],
)
def test_a_target_is_shown_without_its_secrets(target: str, shown: str) -> None:
    assert redacted(target) == shown
