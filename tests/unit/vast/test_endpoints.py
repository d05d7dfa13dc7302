"""Which of a cluster's addresses a process uses."""

import threading
from collections.abc import Sequence

import pytest

from tams.deadline import within
from tams.vast.endpoints import Endpoints
from tams.vast.errors import VastConnectionError, VastSilentError, VastUnavailableError

URLS = ["http://10.0.0.1", "http://10.0.0.2", "http://10.0.0.3"]


def ips(endpoints: Endpoints) -> list[str]:
    return [pool.ip for pool in endpoints.to_try()]


def test_processes_spread_over_the_endpoints_and_each_keeps_to_its_own() -> None:
    processes = [Endpoints(URLS, 5) for _ in range(100)]

    assert {ips(each)[0] for each in processes} == {"10.0.0.1", "10.0.0.2", "10.0.0.3"}
    for each in processes:
        assert ips(each) == ips(each)
        assert each.are_several


def test_one_that_fails_comes_last() -> None:
    endpoints = Endpoints(URLS, 5)
    first, *others = endpoints.to_try()
    first.health.failed(VastConnectionError("Connection refused"), asked_at=1.0)

    assert endpoints.to_try() == [*others, first]
    first.health.answered()
    assert endpoints.to_try() == [first, *others]


def test_each_address_of_a_name_is_an_endpoint_of_that_name() -> None:
    asked: list[tuple[str, int]] = []

    def resolve(name: str, port: int) -> Sequence[str]:
        asked.append((name, port))
        return ["fd00::1", "10.0.0.2", "10.0.0.1"]

    endpoints = Endpoints(["http://vast.test:9090"], 5, resolve=resolve)
    found = endpoints.to_try()

    assert {pool.ip for pool in found[:2]} == {"10.0.0.1", "10.0.0.2"}
    assert found[2].ip == "fd00::1", "a machine may have no way to IPv6"
    assert {pool.endpoint.host for pool in found} == {"vast.test:9090"}
    endpoints.to_try()
    assert asked == [("vast.test", 9090)]


def test_an_unknown_name_and_a_silent_name_server_are_failures_of_the_connection() -> None:
    def unknown(_name: str, _port: int) -> Sequence[str]:
        raise OSError("Name or service not known")

    with pytest.raises(VastConnectionError, match=r"the name vast\.test has no address"):
        Endpoints(["http://vast.test"], 5, resolve=unknown).to_try()

    asked = threading.Event()

    def never(_name: str, _port: int) -> Sequence[str]:
        asked.wait()
        return []

    try:
        with within(0.1), pytest.raises(VastSilentError, match="name server"):
            Endpoints(["http://vast.test"], 5, resolve=never).to_try()
    finally:
        asked.set()


def test_an_endpoint_whose_name_is_unknown_leaves_the_others() -> None:
    def resolve(name: str, _port: int) -> Sequence[str]:
        if name == "gone.test":
            raise OSError("Name or service not known")
        return ["10.0.0.9"]

    endpoints = Endpoints(["http://gone.test", "http://vast.test"], 5, resolve=resolve)
    assert ips(endpoints) == ["10.0.0.9"]


def test_a_file_of_authorities_that_is_not_there_is_named() -> None:
    endpoints = Endpoints(["https://10.0.0.1"], 5, lambda: "/nowhere/ca.pem")
    with pytest.raises(VastUnavailableError, match=r"/nowhere/ca\.pem cannot be read"):
        endpoints.to_try()


def test_a_wrong_url_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="not the address of a VAST endpoint"):
        Endpoints(["http://10.0.0.1", "10.0.0.2"], 5)
