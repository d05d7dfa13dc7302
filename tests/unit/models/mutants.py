"""The BBC's examples, mutants of them, and whether we and the official schemas accept them."""

import copy
import json
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from tams.errors import InvalidRequestError
from tests.official_schemas import OfficialSchemas
from tests.spec import EXAMPLES, missing

needs_examples = pytest.mark.skipif(bool(missing()), reason="the BBC's files are not at hand")

ODD_VALUES = [
    None, True, False, 0, 1, -1, 1.0, 1.5, 2**70, "", "x", "0:0", "_", [], ["x"], {}, {"x": "y"},
    "urn:x-nmos:format:audio", "urn:x-nmos:format:video", "video/x", "b", {"numerator": 0},
    "3b241101-e2bb-4255-8caf-4136c566a962", "3B241101-E2BB-4255-8CAF-4136C566A962",
]  # fmt: skip

TOO_BIG = 2**70
"""An integer that JSON allows and no column holds: we refuse it where the schema does not."""


def many(examples: int) -> settings:
    """So many examples; the fixture they share is made once a session."""
    return settings(
        max_examples=examples,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )


def an_example(name: str) -> Any:
    return json.loads((EXAMPLES / f"{name}.json").read_text())


def examples(pattern: str) -> list[Any]:
    return [
        pytest.param(json.loads(path.read_text()), id=path.stem)
        for path in sorted(EXAMPLES.glob(pattern))
    ]


@st.composite
def mutants(draw: st.DrawFn, originals: list[dict[str, Any]]) -> dict[str, Any]:
    """An original with up to two values, anywhere inside, replaced, removed or added."""
    document: dict[str, Any] = copy.deepcopy(draw(st.sampled_from(originals)))
    for _ in range(draw(st.integers(0, 2))):
        place = document
        while True:
            nested = [value for value in place.values() if isinstance(value, dict) and value]
            if not nested or draw(st.booleans()):
                break
            place = draw(st.sampled_from(nested))
        key = draw(st.sampled_from([*place, "unheard_of", "label", "tags", "container", "vfr"]))
        if draw(st.booleans()):
            place[key] = copy.deepcopy(draw(st.sampled_from(ODD_VALUES)))
        else:
            place.pop(key, None)
    return document


def accepts(parse: Callable[[Any], object], document: Any) -> bool:
    """A refusal is in the client's words, never in those of a library."""
    try:
        parse(document)
    except InvalidRequestError as error:
        reason = str(error)
    else:
        return True
    assert reason
    assert "pydantic" not in reason.lower()
    return False


def is_valid(schemas: OfficialSchemas, name: str, document: Any) -> bool:
    try:
        schemas.check(name, document)
    except jsonschema.ValidationError:
        return False
    return True


def values_in(node: Any) -> list[Any]:
    """Every scalar, however deep."""
    if isinstance(node, dict):
        return [each for value in node.values() for each in values_in(value)]
    if isinstance(node, list):
        return [each for value in node for each in values_in(value)]
    return [node]
