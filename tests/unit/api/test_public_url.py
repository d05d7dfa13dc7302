"""The address by which a client knows the service, from its request's event."""

from typing import Any

import pytest

from tams.api.public_url import base_path, public_url
from tams.models.address import AddressRules, parse_base_url

API = "a1b2.execute-api.eu-west-1.amazonaws.com"
SEGMENTS = "ANY /flows/{flowId}/segments"


def an_event(
    path: str = "/flows",
    route: str = "ANY /flows",
    *,
    stage: str = "$default",
    domain: str = API,
    **headers: str,
) -> dict[str, Any]:
    return {
        "rawPath": path,
        "routeKey": route,
        "headers": {name.replace("_", "-"): value for name, value in headers.items()},
        "requestContext": {
            "apiId": "a1b2",
            "domainName": domain,
            "domainPrefix": domain.partition(".")[0],
            "stage": stage,
        },
    }


@pytest.mark.parametrize(
    ("event", "base"),
    [
        (an_event(), ""),
        (an_event("/", "ANY /"), ""),
        (an_event("/prod", "ANY /", stage="prod"), "/prod"),
        (an_event("/prod/", "ANY /", stage="prod"), "/prod"),
        (an_event("/prod/flows", stage="prod"), "/prod"),
        (an_event("/prod/flows/", stage="prod"), "/prod"),
        (an_event("/prod/flows/1/segments", SEGMENTS, stage="prod"), "/prod"),
        (an_event("/prod/nothing/here", "ANY /{proxy+}", stage="prod"), "/prod"),
        (an_event("/nothing/here", "ANY /{proxy+}"), ""),
        (an_event("/nothing/flows/", "$default"), ""),
        (an_event("/flows/flows", "ANY /flows", stage="flows"), "/flows"),
        (an_event("/objects/objects/a", "ANY /objects/{proxy+}", stage="objects"), "/objects"),
        (an_event("/objects/objects/a", "ANY /objects/{proxy+}"), ""),
        (an_event("/v1/tams/objects/a/b", "ANY /objects/{proxy+}", stage="prod"), "/v1/tams"),
        (an_event("/production/flows", stage="prod"), "/production"),
        (an_event("/objects/a%2Fflows", "ANY /objects/{proxy+}"), ""),
    ],
)
def test_the_base_path_is_what_stands_before_the_route(event: dict[str, Any], base: str) -> None:
    assert base_path(event) == base


@pytest.mark.parametrize(
    ("event", "url"),
    [
        (an_event(), f"https://{API}"),
        (an_event("/prod/flows", stage="prod"), f"https://{API}/prod"),
        (an_event(domain="tams.example.com"), "https://tams.example.com"),
        (an_event("/v1/flows", domain="tams.example.com"), "https://tams.example.com/v1"),
        (an_event("/prod/flows", stage="prod", domain="t.example"), "https://t.example"),
        (an_event(host="evil.example", x_forwarded_host="evil.example"), f"https://{API}"),
        (an_event(forwarded="host=evil.example"), f"https://{API}"),
    ],
)
def test_by_itself_it_is_what_the_gateway_says(event: dict[str, Any], url: str) -> None:
    assert public_url(event, AddressRules()) == url


def test_the_setting_wins() -> None:
    event = an_event("/prod/flows", stage="prod", x_forwarded_host="proxy.example")
    rules = AddressRules("https://media.example.com/tams", trust_forwarded="x-forwarded")

    assert public_url(event, rules) == "https://media.example.com/tams"


@pytest.mark.parametrize(
    ("headers", "url"),
    [
        ({"host": "a.example", "proto": "https"}, "https://a.example/s"),
        ({"host": "a.example.", "proto": "https"}, "https://a.example./s"),
        ({"host": "a.example:", "proto": "https"}, "https://a.example/s"),
        ({"host": "a.example:8443", "proto": "https", "port": "443"}, "https://a.example:8443/s"),
        ({"host": "a.example", "proto": "https", "port": "443"}, "https://a.example/s"),
        ({"host": "a.example", "proto": "http", "port": "443"}, "http://a.example:443/s"),
        ({"host": "[2001:db8::1]", "port": "81"}, "http://[2001:db8::1]:81/s"),
        ({"host": "evil.example, a.example", "proto": "http,https"}, "https://a.example/s"),
        ({"host": "a.example", "prefix": "/tams/"}, "http://a.example/tams"),
        ({"host": "a.example", "prefix": "/"}, "http://a.example"),
        ({"proto": "https", "port": "1"}, "https://in.example:8000/s"),
        *(
            ({"host": bad, "proto": "https"}, "http://in.example:8000/s")
            for bad in ("", "a b", "u@a", "a/b", "a..b", "a:0", "a:65536", "[::g]", "a\r\nb", "ä")
        ),
        ({"host": "a.example", "proto": "javascript"}, "http://in.example:8000/s"),
        ({"host": "a.example", "port": "x"}, "http://in.example:8000/s"),
        ({"host": "a.example", "prefix": "//evil.example"}, "http://in.example:8000/s"),
        ({"host": "a.example", "prefix": "tams"}, "http://in.example:8000/s"),
        ({"host": "a.example", "prefix": '/a"> x'}, "http://in.example:8000/s"),
    ],
)
def test_the_headers_of_a_trusted_proxy_are_taken_if_all_of_them_are_sound(
    headers: dict[str, str], url: str
) -> None:
    named = {f"x_forwarded_{name}": value for name, value in headers.items()}
    event = an_event("/s/flows", domain="in.example:8000", forwarded="host=evil.example", **named)
    rules = AddressRules(trust_forwarded="x-forwarded", gateway_scheme="http")

    assert public_url(event, rules) == url


@pytest.mark.parametrize(
    ("header", "url"),
    [
        ("for=192.0.2.1;proto=https;host=a.example", "https://a.example"),
        ('proto=https;host="[2001:db8::1]:8443"', "https://[2001:db8::1]:8443"),
        ("host=evil.example, HOST=a.example;Proto=HTTPS", "https://a.example"),
        ("for=192.0.2.1", f"https://{API}"),
        ("host=a.example;nonsense", f"https://{API}"),
        ("host=a.example/evil", f"https://{API}"),
        ("", f"https://{API}"),
    ],
)
def test_so_is_forwarded_where_that_is_the_proxys_header(header: str, url: str) -> None:
    event = an_event(forwarded=header, x_forwarded_host="evil.example")

    assert public_url(event, AddressRules(trust_forwarded="forwarded")) == url


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://Media.Example.com", "https://media.example.com"),
        ("https://media.example.com/", "https://media.example.com"),
        ("http://127.0.0.1:8000/a/b/", "http://127.0.0.1:8000/a/b"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_a_setting_names_an_absolute_url(text: str, url: str) -> None:
    assert parse_base_url(text) == url


@pytest.mark.parametrize(
    "text",
    [
        "media.example.com",
        "/tams",
        "ftp://a.example",
        "https://",
        "https:///tams",
        "https://u:p@a.example",
        "https://a.example?x=1",
        "https://a.example/#x",
        "https://a.example//b",
        "https://a.example/b c",
        "https://a.example\n",
        "https://a.example:99999",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="absolute http or https URL"):
        parse_base_url(text)
