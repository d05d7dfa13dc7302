import pytest

from local.application import Route
from local.routes import Match, MethodNotAllowed, RouteTable

# The examples of API Gateway's developer guide, "Routes for HTTP APIs".
GUIDE = RouteTable(
    [
        Route("ANY", "/{proxy+}", "any"),
        Route("GET", "/pets/{proxy+}", "greedy"),
        Route("GET", "/pets/dog/{id}", "one"),
        Route("GET", "/pets/dog/1", "first"),
        Route("ANY", "$default", "default"),
    ]
)
TAMS = RouteTable(
    [
        Route("ANY", "/", "service"),
        Route("ANY", "/flows", "flows"),
        Route("ANY", "/flows/{flowId}", "flows"),
        Route("GET", "/flows/{flowId}/segments", "segments"),
        Route("HEAD", "/flows/{flowId}/segments", "segments"),
        Route("ANY", "/objects/{proxy+}", "objects"),
    ]
)


@pytest.mark.parametrize(
    ("method", "path", "function"),
    [
        ("GET", "/pets/dog/1", "first"),
        ("GET", "/pets/dog/2", "one"),
        ("GET", "/pets/cat/1", "greedy"),
        ("POST", "/pets/dog/1", "any"),
        ("POST", "/test/5", "any"),
        ("GET", "/", "default"),
    ],
)
def test_the_most_specific_route_of_the_guides_examples_wins(
    method: str, path: str, function: str
) -> None:
    match = GUIDE.match(method, path)

    assert isinstance(match, Match)
    assert match.route.function == function


def test_an_explicit_method_goes_before_any() -> None:
    table = RouteTable([Route("ANY", "/a", "any"), Route("GET", "/a", "get")])

    match = table.match("GET", "/a")

    assert isinstance(match, Match)
    assert match.route.function == "get"


def test_a_path_is_taken_as_it_has_been_decoded() -> None:
    match = TAMS.match("GET", "/objects/a/b%20c/instances")

    assert isinstance(match, Match)
    assert match.path_parameters == {"proxy": "a/b%20c/instances"}
    assert TAMS.match("GET", "/flows/a/b") is None


def test_a_known_path_with_another_method_says_which_are_allowed() -> None:
    assert TAMS.match("PUT", "/flows/1/segments") == MethodNotAllowed(("GET", "HEAD"))


@pytest.mark.parametrize("path", ["/flows/", "/flows//segments", "/objects", "/objects/", "/x"])
def test_an_unknown_path_matches_nothing(path: str) -> None:
    assert TAMS.match("GET", path) is None


def test_the_root_is_a_path_of_its_own() -> None:
    match = TAMS.match("GET", "/")

    assert isinstance(match, Match)
    assert match.route.function == "service"
