import pytest

from tams.errors import InvalidRequestError
from tams.models.page_keys import decode_page_key, encode_page_key


@pytest.mark.parametrize("values", [(1, "a"), (-(2**63), ""), (0, "ü/?&=+")])
def test_a_page_key_gives_back_what_it_was_made_of(values: tuple[int, str]) -> None:
    key = encode_page_key(*values)

    assert decode_page_key(key, int, str) == list(values)
    assert key.replace("-", "").replace("_", "").isalnum()


@pytest.mark.parametrize(
    "key",
    ["", "x", "=", "ü", "WzFd", "WzIsMV0", "bnVsbA", encode_page_key("1"), encode_page_key(1, 2)],
)
def test_a_key_we_did_not_give_is_refused(key: str) -> None:
    with pytest.raises(InvalidRequestError, match="page"):
        decode_page_key(key, int)
