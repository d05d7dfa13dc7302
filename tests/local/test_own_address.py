"""Which `Host` headers the gateway trusts."""

import pytest

from local.own_address import own_address


@pytest.mark.parametrize(
    ("host", "server_ip", "address"),
    [
        ("127.0.0.1:8000", "127.0.0.1", "127.0.0.1:8000"),
        ("localhost:9999", "127.0.0.1", "localhost:9999"),
        ("[::1]:8000", "::1", "[::1]:8000"),
        ("evil.example", "127.0.0.1", "127.0.0.1:8000"),
        ("127.0.0.1.evil.example", "127.0.0.1", "127.0.0.1:8000"),
        ("192.0.2.1", "::1", "[::1]:8000"),
        ("evil.example", "::ffff:127.0.0.1", "127.0.0.1:8000"),
        ("", "127.0.0.1", "127.0.0.1:8000"),
        ("nas.lan:9000", "172.17.0.2", "nas.lan:9000"),
        ("nas.lan", "2001:db8::1", "nas.lan"),
        ("localhost:9000", "172.17.0.2", "localhost:9000"),
        ("a,b", "172.17.0.2", "172.17.0.2:8000"),
        ("user@nas.lan", "172.17.0.2", "172.17.0.2:8000"),
        ("nas.lan/evil", "172.17.0.2", "172.17.0.2:8000"),
    ],
)
def test_loopback_knows_only_its_own_names_and_others_know_any(
    host: str, server_ip: str, address: str
) -> None:
    assert str(own_address(host, server_ip, 8000)) == address
