"""Chooses the function for a request, as API Gateway's HTTP APIs do."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from local.application import Route

_LITERAL, _VARIABLE, _GREEDY = 0, 1, 2
_DEFAULT = "$default"


@dataclass(frozen=True)
class Match:
    route: Route
    path_parameters: Mapping[str, str]


@dataclass(frozen=True)
class MethodNotAllowed:
    """The path exists, but with other methods."""

    allowed: tuple[str, ...]


@dataclass(frozen=True)
class _Pattern:
    route: Route
    segments: tuple[str, ...]

    @property
    def rank(self) -> tuple[tuple[int, ...], bool]:
        """Smaller means more specific: literal segments, variables, greedy variable, ANY."""
        return tuple(_kind(segment) for segment in self.segments), self.route.method == "ANY"

    def match(self, segments: tuple[str, ...]) -> dict[str, str] | None:
        """Path parameters; None when the path does not match."""
        if self.route.path == _DEFAULT:
            return {}
        found: dict[str, str] = {}
        for index, pattern in enumerate(self.segments):
            kind = _kind(pattern)
            rest = segments[index:]
            if kind == _GREEDY and any(rest):
                return found | {pattern[1:-2]: "/".join(rest)}
            if not rest:
                return None
            if kind == _VARIABLE and rest[0]:
                found[pattern[1:-1]] = rest[0]
            elif kind != _LITERAL or pattern != rest[0]:
                return None
        return found if len(segments) == len(self.segments) else None


class RouteTable:
    def __init__(self, routes: Iterable[Route]) -> None:
        patterns = [_Pattern(route, tuple(route.path.split("/")[1:])) for route in routes]
        by_default = [it for it in patterns if it.route.path == _DEFAULT]
        others = [it for it in patterns if it.route.path != _DEFAULT]
        self._patterns = [*sorted(others, key=lambda it: it.rank), *by_default]

    def match(self, method: str, path: str) -> Match | MethodNotAllowed | None:
        """`path` is decoded already, so a slash that a client encoded separates like any other."""
        segments = tuple(path.split("/")[1:])
        allowed: list[str] = []
        for pattern in self._patterns:
            parameters = pattern.match(segments)
            if parameters is None:
                continue
            if pattern.route.method in (method, "ANY"):
                return Match(pattern.route, parameters)
            allowed.append(pattern.route.method)
        return MethodNotAllowed(tuple(sorted(set(allowed)))) if allowed else None


def _kind(segment: str) -> int:
    if not segment.startswith("{"):
        return _LITERAL
    return _GREEDY if segment.endswith("+}") else _VARIABLE
