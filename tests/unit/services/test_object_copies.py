from datetime import timedelta

import pytest

from tams.services.objects.copies import pause_after


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(1, 2), (2, 4), (9, 512), (10, 900), (12, 900), (100_000, 900)]
)
def test_pauses_double_up_to_a_quarter_of_an_hour_for_ever(attempts: int, seconds: int) -> None:
    assert pause_after(attempts) == timedelta(seconds=seconds)
