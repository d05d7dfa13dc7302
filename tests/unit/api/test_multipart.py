"""Forms: what RFC 7578 allows is read, and what is malformed is refused in words."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tams.api.multipart import parse_form
from tams.errors import InvalidRequestError
from tams.models.upload_form import Part

KIND = "multipart/form-data; boundary=B"


def a_part(name: str, content: bytes, *headers: str) -> bytes:
    lines = [f'Content-Disposition: form-data; name="{name}"', *headers]
    return "\r\n".join(["--B", *lines, "", ""]).encode() + content + b"\r\n"


END = b"--B--\r\n"


@given(st.binary(max_size=200).filter(lambda it: b"\r\n--B" not in it))
def test_the_bytes_of_a_part_arrive_as_they_are(content: bytes) -> None:
    body = a_part("segment", b"{}") + a_part("file", content, "Content-Type: video/mp2t") + END

    assert parse_form(KIND, body) == {
        "segment": Part(b"{}"),
        "file": Part(content, "video/mp2t"),
    }


def test_what_surrounds_the_parts_does_not_matter() -> None:
    body = b"\r\n" + a_part("a", b"1") + END + b"\r\nan epilogue"

    assert parse_form('multipart/form-data; charset=utf-8; boundary="B"', body) == {"a": Part(b"1")}
    assert parse_form(KIND, END) == {}


def test_a_file_name_and_other_headers_are_not_looked_at() -> None:
    part = (
        b'--B\r\ncontent-disposition: form-data; filename="a;b.ts"; name="file"\r\n'
        b"X-Other: y\r\nContent-Transfer-Encoding: binary\r\n\r\n1\r\n"
    )

    assert parse_form(KIND, part + END) == {"file": Part(b"1")}


@pytest.mark.parametrize(
    ("kind", "body", "reason"),
    [
        ("multipart/form-data", END, "must name the boundary"),
        ("multipart/form-data; boundary=", END, "must name the boundary"),
        (f"multipart/form-data; boundary={'x' * 500}", END, "Boundary length"),
        (KIND, b"", "ends before its last boundary"),
        (KIND, b"{}", "not valid multipart/form-data"),
        (KIND, a_part("a", b"1"), "ends before its last boundary"),
        (KIND, a_part("a", b"1")[:-3], "ends before its last boundary"),
        (KIND, b"--B\r\nContent-Disposition: form-data; name", "ends before its last boundary"),
        (KIND, b"--Other\r\n" + END, "not valid multipart/form-data"),
        (KIND, b"--B\r\nbad header\r\n\r\n1\r\n" + END, "not valid multipart/form-data"),
        (KIND, b"--B\r\n" + b"A: b\r\n" * 9 + b"\r\n1\r\n" + END, "header count"),
        (KIND, b"--B\r\nA: " + b"b" * 5_000 + b"\r\n\r\n1\r\n" + END, "header size"),
        (KIND, b"--B\r\nA: b\r\n\r\n1\r\n" + END, "a part has no name"),
        (KIND, a_part("", b"1") + END, "a part has no name"),
        (KIND, a_part("file", b"1") * 2 + END, "file: this part is given more than once"),
        (
            KIND,
            b"".join(a_part(f"p{n}", b"") for n in range(101)) + END,
            "must not have more than 100 parts",
        ),
        (
            KIND,
            a_part("file", b"1", "Content-Transfer-Encoding: base64") + END,
            "file: Content-Transfer-Encoding base64 is not supported",
        ),
    ],
)
def test_what_is_malformed_is_refused_in_words(kind: str, body: bytes, reason: str) -> None:
    with pytest.raises(InvalidRequestError, match=reason):
        parse_form(kind, body)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    for some in (body, b"--B\r\n" + body, a_part("a", b"") + body):
        with suppress(InvalidRequestError):
            parse_form(KIND, some)
