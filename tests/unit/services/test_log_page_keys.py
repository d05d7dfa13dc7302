"""Page keys of the event log: usable by us; nobody else can read or forge them."""

import base64

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from tams.errors import InvalidRequestError
from tams.services.events.log_page_keys import LogPageKeys

KEYS = LogPageKeys(Fernet.generate_key().decode())
places = st.integers(0, 2**63 - 1)


@given(place=places)
def test_a_key_leads_back_to_its_place(place: int) -> None:
    assert KEYS.seq(KEYS.key(place)) == place


@given(one=places, other=places)
def test_keys_tell_neither_the_place_nor_whether_it_is_the_same(one: int, other: int) -> None:
    keys = [KEYS.key(one), KEYS.key(one), KEYS.key(other)]

    assert len({len(key) for key in keys}) == 1
    assert len(set(keys)) == 3
    for key in keys:
        plain = base64.urlsafe_b64decode(key + "==")
        assert one.to_bytes(8) not in plain or one < 2**32  # few bytes are there by chance


@given(place=places, at=st.integers(0, 96))
def test_a_key_that_was_changed_is_none(place: int, at: int) -> None:
    """But for its last character, half of whose bits are no part of it."""
    key = KEYS.key(place)
    assert len(key) == 98
    changed = key[:at] + ("A" if key[at] != "A" else "B") + key[at + 1 :]

    with pytest.raises(InvalidRequestError, match="page"):
        KEYS.seq(changed)


@pytest.mark.parametrize("key", ["", "x", "é", "1", "\0", "A" * 98, "=" * 98, "A" * 5_000])
def test_what_nobody_gave_is_no_key(key: str) -> None:
    with pytest.raises(InvalidRequestError, match="page"):
        KEYS.seq(key)


def test_another_services_keys_are_none() -> None:
    other = LogPageKeys(Fernet.generate_key().decode())

    with pytest.raises(InvalidRequestError):
        KEYS.seq(other.key(1))
