"""When a response is gzipped, and what happens to one that Lambda would not return."""

import base64
import gzip
import json
from typing import Any

import pytest
from pydantic_core import to_json

from tams.api.answer_encoding import GZIP_BYTES_MIN, accepts_gzip, encoded
from tams.api.payload import ANSWER_BYTES_MAX, fitting_array, payload_bytes

TEXT = json.dumps(["a Segment"] * 1_000)


def an_answer(body: str = TEXT, kind: str = "application/json") -> dict[str, Any]:
    headers = {"content-type": kind, "content-length": str(len(body.encode()))}
    return {"statusCode": 200, "headers": headers, "body": body, "isBase64Encoded": False}


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        ("gzip", True),
        ("GZIP", True),
        ("gzip, deflate, br", True),
        ("br;q=1.0, gzip;q=0.5", True),
        ("x-gzip", True),
        ("*", True),
        ("", False),
        ("br", False),
        ("identity", False),
        ("gzip;q=0", False),
        ("gzip; q=0.000", False),
        ("*;q=0", False),
        ("gzip;q=0, *", False),
        ("identity, gzip;q=0.5", False),
        ("identity;q=0.5, gzip", True),
        ("gzip;q=nonsense", False),
        ("gzip;q=nan", False),
        ("gzip;level=9", False),
        (",, gzip ,", True),
        ("notgzip", False),
    ],
)
def test_a_client_says_whether_it_wants_gzip(header: str, wanted: bool) -> None:
    assert accepts_gzip(header) is wanted


def test_a_gzipped_answer_is_the_same_answer() -> None:
    answer = encoded(an_answer(), "GET", "gzip")

    assert answer["isBase64Encoded"] is True
    assert answer["headers"] == {
        "content-type": "application/json",
        "content-encoding": "gzip",
        "vary": "Accept-Encoding",
    }
    assert gzip.decompress(base64.b64decode(answer["body"])).decode() == TEXT


@pytest.mark.parametrize(
    ("answer", "method", "accept"),
    [
        (an_answer(), "GET", ""),
        (an_answer(), "GET", "gzip;q=0"),
        (an_answer("x" * (GZIP_BYTES_MIN - 1)), "GET", "gzip"),
        (an_answer(""), "HEAD", "gzip"),
    ],
    ids=["not asked", "refused", "small", "HEAD"],
)
def test_other_answers_stay_and_say_what_they_depend_on(
    answer: dict[str, Any], method: str, accept: str
) -> None:
    plain = encoded(answer, method, accept)

    assert plain == {**answer, "headers": {**answer["headers"], "vary": "Accept-Encoding"}}


def test_a_stream_of_events_stays_as_it_is() -> None:
    stream = an_answer("data: x\n\n" * 1_000, "text/event-stream; charset=utf-8")

    assert encoded(stream, "GET", "gzip") == stream


def test_what_lambda_would_not_return_is_refused_and_gzip_may_help() -> None:
    large = an_answer(json.dumps(["x" * 90] * 60_000))
    assert len(large["body"]) < ANSWER_BYTES_MAX
    larger = an_answer(json.dumps(['"' * 50] * 60_000))

    assert encoded(large, "GET", "")["statusCode"] == 200
    refused = encoded(larger, "GET", "")
    assert refused["statusCode"] == 406
    assert "Accept-Encoding" in json.loads(refused["body"])["summary"]
    assert encoded(larger, "GET", "gzip")["statusCode"] == 200


@pytest.mark.parametrize("text", ["", "plain", 'a "b" \\ c', "two\nlines", "ümläut – 語 🎬"])
def test_the_size_of_a_body_is_that_of_its_json(text: str) -> None:
    assert payload_bytes(text.encode()) == len(json.dumps(text, ensure_ascii=False).encode()) - 2


def test_an_array_takes_as_many_items_as_fit_and_one_at_least() -> None:
    item = to_json({"url": "https://example.com/" + "x" * 1_000_000})

    text, count = fitting_array(item for _ in range(10))
    one, alone = fitting_array([to_json({"url": "x" * ANSWER_BYTES_MAX}), item])

    assert count == 6
    assert len(json.loads(text)) == 6
    assert alone == len(json.loads(one)) == 1
    assert fitting_array([]) == (b"[]", 0)
