"""What a handler makes of a path that the gateway has decoded, or has not."""

from urllib.parse import quote, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tams.api.raw_path import (
    GatewayPath,
    as_path_part,
    encoded,
    encoded_twice,
    form_of,
    path_value,
    readings,
)

TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)


def value_of(reading: str) -> str:
    """As the adapter decodes it, and then the route."""
    return path_value(unquote(reading).removeprefix("/objects/"))


@given(TEXT)
def test_a_decoded_path_is_what_it_says(object_id: str) -> None:
    first, *_ = readings(f"/objects/{object_id}", "decoded")
    assert value_of(first) == object_id
    assert "\n" not in unquote(first), "no route's pattern matches it"


@given(TEXT)
def test_a_path_that_was_encoded_twice_is_found_in_the_end(object_id: str) -> None:
    once = quote(object_id, safe="")
    *_, last = readings(f"/objects/{once}", "decoded")
    assert value_of(last) == object_id


@given(TEXT)
def test_an_encoded_path_has_one_reading(object_id: str) -> None:
    (only,) = readings(f"/objects/{quote(object_id, safe='')}", "encoded")
    assert value_of(only) == object_id
    assert unquote(only).count("/") == 2, "an encoded slash separates nothing"


@pytest.mark.parametrize("path", ["/flows", "/objects/50%", "/objects/a b", "/objects/100%x"])
def test_without_anything_encoded_there_is_no_second_reading(path: str) -> None:
    assert len(readings(path, "decoded")) == 1


@given(TEXT)
def test_a_link_leads_back_through_the_same_gateway(object_id: str) -> None:
    through_once = unquote(readings(f"/objects/{object_id}", "decoded")[0])
    assert unquote(encoded(through_once)) == f"/objects/{object_id}"

    twice = quote(quote(object_id, safe=""), safe="")
    *_, last = readings(unquote(f"/objects/{twice}"), "decoded")
    assert value_of(readings(unquote(encoded_twice(unquote(last))), "decoded")[-1]) == object_id


@pytest.mark.parametrize("object_id", ["a", "a/b", "a?b", "a/", "a/instances", "50%25", "\u00fc?"])
@pytest.mark.parametrize("form", ["decoded", "encoded"])
def test_an_id_in_a_path_leads_back_to_it(object_id: str, form: GatewayPath) -> None:
    sent = as_path_part(object_id, form)
    arrives = sent if form == "encoded" else unquote(sent).partition("?")[0]

    assert not arrives.endswith(("/", "/instances"))
    found = [value_of(each) for each in readings(f"/objects/{arrives}", form)]
    assert object_id in found


def test_the_url_of_a_function_leaves_paths_encoded() -> None:
    def domain(name: str) -> dict[str, object]:
        return {"requestContext": {"domainName": name}}

    assert form_of(domain("api.example.com"), "decoded") == "decoded"
    assert form_of(domain("id.lambda-url.eu-west-1.on.aws"), "decoded") == "encoded"
