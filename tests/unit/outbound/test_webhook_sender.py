"""The address that a webhook's name has when an event is sent decides, not one from an earlier check."""

import socket
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from ipaddress import ip_network
from typing import Any

import pytest

from tams.models.webhook import Webhook, WebhookStatus
from tams.outbound.targets import TargetPolicy
from tams.outbound.webhook_sender import WebhookSender
from tests.receiver import accept, answer, receiver
from tests.unit.outbound.test_targets import HOSTILE

LOOPBACK = TargetPolicy((ip_network("127.0.0.0/8"),))
Resolve = Callable[..., list[tuple[str, int]]]


def sent_to(url: str, policy: TargetPolicy, **fields: Any) -> Any:
    webhook = Webhook.model_construct(
        id="w", url=url, events=(), status=WebhookStatus.STARTED, **fields
    )
    return WebhookSender(policy, 1.0, "test").send(webhook, "event-1", {})


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Addresses that somebody tried to connect to; none is reached."""
    tried: list[Any] = []

    def connect(_self: socket.socket, address: Any) -> None:
        tried.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket.socket, "connect", connect)
    return tried


@pytest.fixture
def resolve_to(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Makes every name lead to the given addresses, one list a look-up; the names that were looked up."""

    def lead(*answers: list[str]) -> list[str]:
        looked_up: list[str] = []

        def getaddrinfo(host: str, port: int, **_: Any) -> list[Any]:
            addresses = answers[min(len(looked_up), len(answers) - 1)]
            looked_up.append(host)
            families = [socket.AF_INET6 if ":" in each else socket.AF_INET for each in addresses]
            return [
                (family, socket.SOCK_STREAM, 6, "", (address, port))
                for family, address in zip(families, addresses, strict=True)
            ]

        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
        return looked_up

    return lead


@pytest.mark.parametrize("url", HOSTILE)
def test_a_hostile_url_that_was_registered_all_the_same_gets_nothing(
    url: str, connections: list[Any]
) -> None:
    answer = sent_to(url, TargetPolicy())

    assert answer.hopeless
    assert answer.fault
    assert connections == []


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["10.0.0.1"],
        ["172.31.255.255"],
        ["192.168.1.1"],
        ["169.254.169.254"],
        ["100.64.0.1"],
        ["0.0.0.0"],  # noqa: S104 - an address to be refused
        ["224.0.0.1"],
        ["::1"],
        ["::ffff:10.0.0.1"],
        ["fe80::1%eth0"],
        ["fd00:ec2::254"],
        ["64:ff9b::a00:1"],
        ["8.8.8.8", "10.0.0.1"],
        ["2001:4860:4860::8888", "::1"],
    ],
)
def test_a_name_that_leads_to_an_address_that_is_not_public_gets_nothing(
    addresses: list[str], resolve_to: Callable[..., list[str]], connections: list[Any]
) -> None:
    resolve_to(addresses)

    answer = sent_to("http://hook.example.com/", TargetPolicy())

    assert answer.hopeless
    assert connections == []
    assert addresses[-1] not in answer.fault


def test_a_name_is_looked_up_once_and_the_address_that_was_judged_is_used(
    resolve_to: Callable[..., list[str]],
) -> None:
    with receiver() as it:
        looked_up = resolve_to(["127.0.0.1"], ["169.254.169.254"])

        answer = sent_to(f"http://hook.example.com:{it.port}/events", LOOPBACK)

    assert answer.fault == ""
    assert looked_up == ["hook.example.com"]
    assert it.received[0].headers["Host"] == f"hook.example.com:{it.port}"


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/é/日本?q=ü", "/%C3%A9/%E6%97%A5%E6%9C%AC?q=%C3%BC"),
        ("?ü", "/?%C3%BC"),
        ("/a%20b%0D%0A/;x=1?c=%C3%A9&d[]=(e)", "/a%20b%0D%0A/;x=1?c=%C3%A9&d[]=(e)"),
    ],
)
def test_what_is_not_ascii_goes_out_encoded_and_the_rest_as_it_is(path: str, target: str) -> None:
    asked: list[str] = []

    def note(request: BaseHTTPRequestHandler) -> None:
        asked.append(request.path)
        accept(request)

    with receiver(note) as it:
        said = sent_to(f"http://127.0.0.1:{it.port}{path}", LOOPBACK)

    assert said.fault == ""
    assert asked == [target]


@pytest.mark.parametrize("name", ["Content-Length", "Transfer-encoding", "HOST", "x-tams-event-id"])
def test_a_header_from_before_the_rule_neither_frames_nor_leads_a_request(name: str) -> None:
    with receiver() as it:
        said = sent_to(it.url, LOOPBACK, api_key_name=name, api_key_value="5")

    assert said.fault == ""
    (received,) = it.received
    assert received.document == {}
    assert received.event_id == "event-1"
    assert received.headers["Host"] == f"127.0.0.1:{it.port}"
    assert "5" not in received.headers.values()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status: int) -> None:
    with receiver() as private, receiver(answer(status, Location=private.url)) as it:
        said = sent_to(it.url, LOOPBACK)

    assert str(status) in said.fault
    assert not said.hopeless
    assert private.requests == 0


def test_metadata_services_are_refused_whatever_is_allowed(connections: list[Any]) -> None:
    everything = TargetPolicy((ip_network("0.0.0.0/0"), ip_network("::/0")))

    for host in ("169.254.169.254", "169.254.170.2", "100.100.100.200", "[fd00:ec2::254]"):
        assert sent_to(f"http://{host}/", everything).hopeless
    assert connections == []


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        ("x", None),
        ("Sat, 01 Jan 2000 00:00:00 GMT", 0.0),
        ("Sat, 01 Jan 2000 00:00:00 +9999999999999999", None),
        ("Sat, 01 Jan 99999999999999999999 00:00:00 GMT", None),
    ],
)
def test_a_receivers_wish_for_time_is_heard(header: str, seconds: float | None) -> None:
    with receiver(answer(503, Retry_After=header)) as it:
        assert sent_to(it.url, LOOPBACK).retry_after_seconds == seconds


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1", "::"])
def test_a_name_that_leads_to_an_own_port_gets_nothing(
    address: str, resolve_to: Callable[..., list[str]], connections: list[Any]
) -> None:
    everything = (ip_network("0.0.0.0/0"), ip_network("::/0"))
    resolve_to([address])

    answer = sent_to("http://hook.example.com:9324/", TargetPolicy(everything, own_ports={9324}))

    assert answer.hopeless
    assert connections == []


def test_an_own_port_at_another_address_of_this_machine_gets_nothing(
    resolve_to: Callable[..., list[str]], connections: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether an interface has it is asked by binding a socket to it, which succeeds here."""
    bound: list[Any] = []
    monkeypatch.setattr(socket.socket, "bind", lambda _self, address: bound.append(address))
    resolve_to(["8.8.8.8"])

    own = sent_to("http://hook.example.com:9324/", TargetPolicy(own_ports={9324}))
    other = sent_to("http://hook.example.com:9325/", TargetPolicy(own_ports={9324}))

    assert own.hopeless
    assert not other.hopeless
    assert bound == [("8.8.8.8", 0)]
    assert connections == [("8.8.8.8", 9325)]


def test_an_own_port_number_at_a_strangers_address_is_reached(
    resolve_to: Callable[..., list[str]], connections: list[Any]
) -> None:
    resolve_to(["8.8.8.8"])

    sent_to("http://hook.example.com:9324/", TargetPolicy(own_ports={9324}))

    assert connections == [("8.8.8.8", 9324)]
