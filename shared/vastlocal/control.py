"""A client of the control surface, which tests and benchmarks use to inspect and break things."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import requests
from aws_requests_auth.aws_auth import AWSRequestsAuth

from vastlocal.http.faults import FaultAction

_PREFIX = "/_vastlocal/"
_TIMEOUT_SECONDS = 30


class ControlError(Exception):
    """The control surface refused, or is not there."""


@dataclass(frozen=True, slots=True)
class Health:
    pid: int
    server_version: str
    conflicts: str
    buckets: tuple[str, ...]
    open_transactions: int
    uptime_seconds: float
    rss_bytes: int


@dataclass(frozen=True, slots=True)
class CounterValues:
    """Counts since the start or the last reset. Kinds are operations, such as `begin` or `query_rows`."""

    requests: Mapping[str, int]
    seconds: Mapping[str, float]
    """Server time, from the complete request to the finished response."""
    statuses: Mapping[int, int]
    rows_read: Mapping[str, int]
    """Rows that the storage returned, before any filtering after it."""
    steps: Mapping[str, int]
    """Steps of SQLite's virtual machine, to the nearest thousand: shows whether a query pruned."""
    transactions: Mapping[int, Mapping[str, int]]
    """Requests by kind for each of the last 1,000 transactions, by transaction id."""

    @property
    def total_requests(self) -> int:
        return sum(self.requests.values())


@dataclass(frozen=True, slots=True)
class SelectCost:
    """Selects of one kind since `watch_selects`. `compared` has each column and how, such as `state =`."""

    table: str
    way: str
    """The projection, or `key` for the table by its sorting key, or `scan`."""
    compared: tuple[str, ...]
    sent: tuple[str, ...]
    queries: int
    rows: int
    """Rows that VAST would have to look at, for all of them together."""
    rows_max: int
    """The same for the worst of them, or of its pages."""


class Control:
    """Talks to one server. `endpoint` is the URL that the SDK uses, and the keys are the SDK's too."""

    def __init__(self, endpoint: str, access_key: str, secret_key: str) -> None:
        self.endpoint = endpoint.rstrip("/")
        self._auth = AWSRequestsAuth(access_key, secret_key, urlsplit(endpoint).netloc, "", "s3")

    def _call(self, method: str, route: str, body: Mapping[str, Any] | None = None) -> Any:
        url = self.endpoint + _PREFIX + route
        try:
            with requests.Session() as session:
                session.trust_env = False  # bypass any proxy
                response = session.request(
                    method, url, json=body, auth=self._auth, timeout=_TIMEOUT_SECONDS
                )
        except OSError as error:
            raise ControlError(f"no answer from {self.endpoint}") from error
        if response.status_code != HTTPStatus.OK:
            raise ControlError(f"{method} {route}: {response.status_code} {response.text}")
        return response.json()

    def health(self) -> Health:
        """Raises ControlError when the server is not up."""
        values = self._call("GET", "health")
        return Health(
            pid=values["pid"],
            server_version=values["server_version"],
            conflicts=values["conflicts"],
            buckets=tuple(values["buckets"]),
            open_transactions=values["open_transactions"],
            uptime_seconds=values["uptime_seconds"],
            rss_bytes=values["rss_bytes"],
        )

    def counters(self) -> CounterValues:
        values = self._call("GET", "counters")
        return CounterValues(
            requests=values["requests"],
            seconds=values["seconds"],
            statuses={int(status): n for status, n in values["statuses"].items()},
            rows_read=values["rows_read"],
            steps=values["steps"],
            transactions={int(txid): kinds for txid, kinds in values["transactions"].items()},
        )

    def watch_selects(self) -> None:
        """From now on, count the rows that VAST would look at. That takes a query for each select."""
        self._call("POST", "selects")

    def selects(self) -> list[SelectCost]:
        return [
            SelectCost(**{**each, "compared": tuple(each["compared"]), "sent": tuple(each["sent"])})
            for each in self._call("GET", "selects")
        ]

    def reset(self) -> None:
        """Resets counters, removes faults and stops watching selects; the data stays."""
        self._call("POST", "reset")

    def expire(self, idle_seconds: float = 0.0) -> None:
        """Rolls back transactions that have been idle for longer, as the idle timeout would."""
        self._call("POST", "expire", {"idle_seconds": idle_seconds})

    def inject(
        self,
        action: FaultAction,
        kind: str | None = None,
        *,
        path_contains: str = "",
        times: int | None = 1,
        skip: int = 0,
        seconds: float = 0.0,
        status: int = 500,
        code: str = "InternalError",
    ) -> None:
        """Injects a fault for the next `times` matching requests (None: all), after the first `skip`."""
        self._call(
            "POST",
            "faults",
            {
                "action": action,
                "kind": kind,
                "path_contains": path_contains,
                "times": times,
                "skip": skip,
                "seconds": seconds,
                "status": status,
                "code": code,
            },
        )

    def clear_faults(self) -> None:
        self._call("DELETE", "faults")
