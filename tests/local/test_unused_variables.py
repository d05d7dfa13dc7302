"""A variable that has no effect on the local stack is named, with the name that was meant."""

from collections.abc import Iterator, Mapping

import pytest

from local import unused
from local.options import from_environment


class Recorded(Mapping[str, str]):
    """An empty environment that notes what is asked of it."""

    def __init__(self) -> None:
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.asked.add(name)
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def test_the_options_are_those_that_are_read() -> None:
    environment = Recorded()

    from_environment(environment)

    assert {name for name in environment.asked if name.startswith("TAMS_")} == unused.OPTIONS


@pytest.mark.parametrize(
    ("names", "said"),
    [
        pytest.param(["TAMS_WORKRES"], "TAMS_WORKRES (did you mean TAMS_WORKERS?)", id="a typo"),
        pytest.param(
            ["TAMS_ACCESS__ACOUNTS"],
            "TAMS_ACCESS__ACOUNTS (did you mean TAMS_ACCESS__ACCOUNTS?)",
            id="a typo in access",
        ),
        pytest.param(
            ["TAMS_EVENTS__KEPT_SECONDS", "TAMS_COLOUR", "HOME"],
            "TAMS_COLOUR, TAMS_EVENTS__KEPT_SECONDS",
            id="a setting of a deployment",
        ),
    ],
)
def test_variables_without_effect_are_named_in_one_line(names: list[str], said: str) -> None:
    assert unused.note(names) == f"no effect on the local stack: {said}"


def test_nothing_is_said_of_variables_that_have_an_effect_or_are_for_the_command() -> None:
    read = ["TAMS_WORKERS", "TAMS_ACCESS__ISSUERS", "TAMS_ACCESS__PASSWORD_ATTEMPTS"]

    assert unused.note([*read, "TAMS_URL", "TAMS_TOKEN", "PORT", "PATH"]) is None
