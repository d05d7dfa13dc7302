"""Bare values are accepted unchanged or rejected, never converted."""

from collections.abc import Callable

import pytest

from tams.errors import InvalidRequestError
from tams.models import property_values

ID = "3b241101-e2bb-4255-8caf-4136c566a962"


@pytest.mark.parametrize(
    ("parse", "taken", "refused"),
    [
        (property_values.parse_text, ["", "a"], [None, 5, True, ["a"], {}, "\ud800"]),
        (property_values.parse_flag, [True, False], [None, 0, 1, "true", []]),
        (property_values.parse_bit_rate, [0, 5, 5.0], [None, -1, 1.5, "5", True, 2**63]),
        (
            property_values.parse_tag_value,
            ["", "a", [], ["a", "b"]],
            [None, 5, True, {}, [5], [["a"]]],
        ),
        (
            property_values.parse_flow_collection,
            [[], [{"id": ID}], [{"id": ID, "role": "a", "container_mapping": {"track_index": 0}}]],
            [None, {}, [ID], [{"id": "x"}], [{"id": ID, "role": None}]],
        ),
    ],
    ids=["text", "flag", "bit rate", "tag", "collection"],
)
def test_a_value_has_the_type_of_its_property(
    parse: Callable[[object], object], taken: list[object], refused: list[object]
) -> None:
    for body in taken:
        parse(body)
    for body in refused:
        with pytest.raises(InvalidRequestError):
            parse(body)


def test_a_tag_keeps_the_form_it_was_written_in() -> None:
    assert property_values.parse_tag_value("a") == "a"
    assert property_values.parse_tag_value(["a"]) == ["a"]
