"""Which of the URLs that clients give are stored and returned."""

import pytest

from tams.errors import InvalidRequestError
from tams.models.filters import UrlFilter
from tams.models.flow_segment import FlowSegmentPost, SegmentFault, parse_segments_post
from tams.models.http_url import URL_LENGTH_MAX, url_fault
from tams.models.media_object import parse_instance_post
from tams.models.stored_objects import Instance
from tams.models.webhook import Webhook, WebhookPost
from tams.services.objects.get_urls import GetUrls

START = "https://cdn.example.com/"

GOOD = [
    START,
    "http://archive/a",
    "HTTPS://CDN.example.com:8443/a%20b?c=d&e=%22#t=1,2",
    "https://cdn.example.com",
    "https://cdn.example.com./a",
    "https://under_score.example.com/",
    "http://192.0.2.1:80/",
    "https://[2001:db8::1]:443/a",
    "https://cdn.example.com/ünï/日本",
    START + "a" * (URL_LENGTH_MAX - len(START)),
    f"https://{'a' * 63}.example.com/",
    f"https://{'a.' * 126}a./",
]

WRONG = {
    "": "absolute",
    f"https://{'a' * 64}.example.com/": "at most 63 between dots",
    f"https://{'a.' * 127}a/": "at most 253 characters",
    "a/b": "absolute",
    "/flows": "absolute",
    "//cdn.example.com/a": "absolute",
    "https:": "absolute",
    "https:///a": "absolute",
    "https:/cdn.example.com/a": "absolute",
    "https:\\\\cdn.example.com/a": "absolute",
    "javascript:alert(1)": "absolute",
    "JavaScript://cdn.example.com/%0aalert(1)": "absolute",
    "data:text/html,<script>": "absolute",
    "file:///etc/passwd": "absolute",
    "file://host/share": "absolute",
    "ftp://cdn.example.com/a": "absolute",
    "s3://bucket/key": "absolute",
    "blob:https://cdn.example.com/a": "absolute",
    "view-source:https://cdn.example.com/a": "absolute",
    "https://user@cdn.example.com/a": "password",
    "https://user:secret@cdn.example.com/a": "password",
    "https://@cdn.example.com/a": "password",
    "https://cdn.example.com\\@evil.example.com/": "password",
    "https://cdn.example.com/a b": "blanks",
    " https://cdn.example.com/a": "blanks",
    "https://cdn.example.com/a\n": "blanks",
    "https://cdn.example.com/a\r\nX-Header: b": "blanks",
    "java\tscript:alert(1)": "blanks",
    "ht\ntps://cdn.example.com/": "blanks",
    "https://cdn.example.com/\x00": "blanks",
    "https://cdn.example.com/\x7f": "blanks",
    "https://cdn.example.com/\u00a0": "blanks",
    "https://cdn.example.com/\u2028": "blanks",
    "https://cdn.example.com/\u202egpj.exe": "blanks",
    "https://cdn.example.com:0/": "port",
    "https://cdn.example.com:99999/": "port",
    "https://cdn.example.com:x/": "port",
    "https://cdn.example.com:-1/": "port",
    "https://cdn..example.com/": "host name",
    "https://%63dn.example.com/": "host name",
    "https://bücher.example/": "host name",
    "https://[cdn]/": "IPv6",
    "https://[::1/": "IPv6",
    "https://[::1]]/": "IPv6",
    "https://[2001:db8::1]evil.example.com/": "IPv6",
    "https://evil.example.com[2001:db8::1]/": "IPv6",
    "https://evil.example.com[2001:db8::1]:443/": "IPv6",
    "https://[fe80::1%25eth0]/": "IPv6",
    "https://[fd00:ec2::254%25lo]/": "IPv6",
    "https://[v1.a]/": "IPv6",
    "https://[]/": "IPv6",
    START + "a" * (URL_LENGTH_MAX - len(START) + 1): "characters long",
}


@pytest.mark.parametrize("url", GOOD)
def test_an_absolute_web_address_is_kept(url: str) -> None:
    assert url_fault(url) is None


@pytest.mark.parametrize(("url", "reason"), WRONG.items())
def test_anything_else_is_refused_in_words(url: str, reason: str) -> None:
    fault = url_fault(url)

    assert fault is not None
    assert reason in fault
    assert len(fault) < 120


@pytest.mark.parametrize("url", WRONG)
def test_every_way_in_has_the_same_rule(url: str) -> None:
    fault = url_fault(url)
    entry = {"url": url, "label": "cdn"}
    segment = {"object_id": "a", "timerange": "[0:0_1:0)", "get_urls": [entry]}

    with pytest.raises(InvalidRequestError) as alone:
        parse_segments_post(segment)
    (listed,) = parse_segments_post([segment]).entries
    with pytest.raises(InvalidRequestError) as instance:
        parse_instance_post(entry)
    with pytest.raises(InvalidRequestError) as webhook:
        WebhookPost.from_body({"url": url, "events": []})

    assert str(alone.value) == f"get_urls[0].url: {fault}"
    assert listed == SegmentFault(FlowSegmentPost.from_body(segment), f"get_urls[0].url: {fault}")
    assert str(instance.value) == str(webhook.value) == f"url: {fault}"


def test_what_was_stored_before_the_rule_is_not_handed_out() -> None:
    instances = [
        Instance(url=url, label=str(at)) for at, url in enumerate([START, *WRONG, GOOD[1]])
    ]

    shown = GetUrls(lambda _storage, _object: "", {}, UrlFilter()).of("a", instances)

    assert [each["url"] for each in shown] == [START, GOOD[1]]


def test_a_webhook_from_before_the_rule_can_still_be_read() -> None:
    stored = {
        "id": "3b241101-e2bb-4255-8caf-4136c566a962",
        "url": "https://hook.example.com/\u202e",
        "events": [],
        "status": "started",
    }

    assert Webhook.model_validate(stored).shown().url == stored["url"]
