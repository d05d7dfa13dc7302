"""Each expected failure has one status, and no new one is forgotten."""

from collections.abc import Iterator

from tams.api.errors import STATUS_OF
from tams.errors import TamsError


def leaves(error: type[TamsError]) -> Iterator[type[TamsError]]:
    children = error.__subclasses__()
    if not children:
        yield error
    for child in children:
        yield from leaves(child)


def test_every_tams_error_has_a_status() -> None:
    assert set(leaves(TamsError)) == set(STATUS_OF)
