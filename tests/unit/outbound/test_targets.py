"""Where events may be sent: every spelling of a non-public address is recognised."""

from ipaddress import ip_address, ip_network

import pytest

from tams.errors import InvalidRequestError
from tams.outbound.targets import TargetPolicy

HOSTILE = [
    "http://127.0.0.1/",
    "http://127.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.1/",
    "http://0177.0.0.1/",
    "http://017700000001/",
    "http://127.0.0.1./",
    "http://localhost/",
    "http://LOCALHOST./",
    "http://anything.localhost:8080/",
    "http://0.0.0.0/",
    "http://0/",
    "http://10.1.2.3/",
    "http://172.16.0.1/",
    "http://192.168.0.1:8000/",
    "http://100.64.0.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://2852039166/",
    "http://[::1]/",
    "http://[::]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[64:ff9b::a9fe:a9fe]/",
    "http://[2002:7f00:1::]/",
    "http://[2001:0:4136:e378:8000:63bf:80ff:fffe]/",
    "http://[fe80::1]/",
    "http://[fe80::1%25eth0]/",
    "http://[fd00:ec2::254]/",
    "http://[fc00::1]/",
    "http://[::127.0.0.1]/",
    "http://[::10.0.0.1]/",
    "http://[::ffff:0:127.0.0.1]/",
    "http://[64:ff9b:1::127.0.0.1]/",
    "http://224.0.0.1/",
    "http://255.255.255.255/",
    "http://user@hook.example.com/",
    "http://user:password@hook.example.com/",
    "http://hook.example.com@127.0.0.1/",
    "http://hook.example.com:22/",
    "http://hook.example.com:25/",
    "http://hook.example.com:99999/",
    "http://%31%32%37.0.0.1/",
    "http://①②⑦.0.0.1/",
    "http://127.0.0.1\\@hook.example.com/",
    "http:///path",
    "http://[not-an-address]/",
    "ftp://hook.example.com/",
    "file:///etc/passwd",
    "gopher://hook.example.com/",
]


@pytest.mark.parametrize("url", HOSTILE)
def test_a_hostile_url_is_refused(url: str) -> None:
    with pytest.raises(InvalidRequestError, match="url"):
        TargetPolicy().check_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://hook.example.com/a?b=c#d",
        "http://hook.example.com:8080/",
        "https://xn--bcher-kva.example/",
        "http://8.8.8.8/",
        "https://[2001:4860:4860::8888]:8443/",
        "https://under_score.example.com",
    ],
)
def test_a_public_url_is_taken(url: str) -> None:
    TargetPolicy().check_url(url)


def test_an_allowed_network_is_taken_and_no_other() -> None:
    policy = TargetPolicy((ip_network("127.0.0.0/8"), ip_network("10.20.0.0/16")))

    for url in ("http://127.0.0.1:9000/", "http://localhost:9000/", "http://10.20.3.4/"):
        policy.check_url(url)
    for url in ("http://10.21.0.1/", "http://[::1]/"):
        with pytest.raises(InvalidRequestError, match="address"):
            policy.check_url(url)


def test_metadata_addresses_are_refused_even_where_their_network_is_allowed() -> None:
    policy = TargetPolicy((ip_network("0.0.0.0/0"), ip_network("::/0")))

    assert policy.allows(ip_address("10.0.0.1"), 443)
    for text in ("169.254.169.254", "::ffff:169.254.169.254", "fd00:ec2::254"):
        assert not policy.allows(ip_address(text), 443)


@pytest.mark.parametrize("text", ["127.0.0.1", "10.0.0.1", "::1", "::ffff:10.0.0.1", "fe80::1"])
def test_an_address_that_a_name_leads_to_is_judged_too(text: str) -> None:
    assert not TargetPolicy().allows(ip_address(text), 443)
    assert TargetPolicy().allows(ip_address("1.1.1.1"), 443)


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "127.0.0.2", "localhost", "x.localhost.", "2130706433", "0x7f.1", "0"),
        *("[::1]", "[::]", "[::ffff:127.0.0.1]", "[::127.0.0.1]"),
        *("[64:ff9b::7f00:1]", "[2002:7f00:1::]"),
    ],
)
def test_own_ports_of_this_machine_are_refused_whatever_is_allowed(host: str) -> None:
    policy = TargetPolicy((ip_network("0.0.0.0/0"), ip_network("::/0")), own_ports={9324, 80})

    policy.check_url(f"http://{host}:9325/")
    policy.check_url(f"https://{host}/")
    for url in (f"http://{host}:9324/", f"http://{host}/"):
        with pytest.raises(InvalidRequestError, match="not allowed for webhooks"):
            policy.check_url(url)


def test_the_same_port_elsewhere_is_nobodys() -> None:
    policy = TargetPolicy((ip_network("10.0.0.0/8"),), own_ports={9324})

    for host in ("10.0.0.1", "8.8.8.8", "hook.example.com"):
        policy.check_url(f"http://{host}:9324/")
