"""Reads multipart/form-data. Source: RFC 7578; python-multipart knows the grammar."""

from dataclasses import dataclass, field

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from tams.errors import InvalidRequestError, clipped
from tams.models.upload_form import Part

_MALFORMED = "the body is not valid multipart/form-data"
_PARTS_MAX = 100
"""Far more than any form here has. Each costs time to read, and a body has room for 100,000."""
_AS_IS = {"", "7bit", "8bit", "binary"}
"""Values of Content-Transfer-Encoding that encode nothing. RFC 7578 does without the header."""


def parse_form(content_type: str, body: bytes) -> dict[str, Part]:
    """The parts by name. Raises InvalidRequestError for a malformed body, and for a name given twice."""
    boundary = parse_options_header(content_type)[1].get(b"boundary")
    if not boundary:
        raise InvalidRequestError(
            "Content-Type: multipart/form-data must name the boundary; HTTP libraries add it by themselves"
        )
    form = _Form()
    try:
        parser = MultipartParser(
            boundary,
            {
                "on_part_begin": form.begin,
                "on_header_field": form.add_to_field,
                "on_header_value": form.add_to_value,
                "on_header_end": form.end_header,
                "on_part_data": form.add_to_content,
                "on_part_end": form.end,
                "on_end": form.complete,
            },
        )
        parser.write(body)
        parser.finalize()
    except FormParserError as error:
        raise InvalidRequestError(f"{_MALFORMED}: {error}") from error
    if not form.is_complete:
        raise InvalidRequestError(f"{_MALFORMED}: it ends before its last boundary")
    return form.parts


@dataclass(slots=True)
class _Form:
    """Takes what the parser finds, piece by piece."""

    parts: dict[str, Part] = field(default_factory=dict)
    is_complete: bool = False
    _headers: dict[str, str] = field(default_factory=dict)
    _field: bytearray = field(default_factory=bytearray)
    _value: bytearray = field(default_factory=bytearray)
    _content: bytearray = field(default_factory=bytearray)

    def begin(self) -> None:
        self._headers, self._content = {}, bytearray()

    def add_to_field(self, data: bytes, start: int, end: int) -> None:
        self._field += data[start:end]

    def add_to_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def end_header(self) -> None:
        self._headers[self._field.decode("latin-1").lower()] = self._value.decode("latin-1")
        self._field, self._value = bytearray(), bytearray()

    def add_to_content(self, data: bytes, start: int, end: int) -> None:
        self._content += memoryview(data)[start:end]

    def end(self) -> None:
        """Raises InvalidRequestError."""
        if len(self.parts) == _PARTS_MAX:
            raise InvalidRequestError(f"the form must not have more than {_PARTS_MAX} parts")
        options = parse_options_header(self._headers.get("content-disposition"))[1]
        name = options.get(b"name", b"").decode(errors="replace")
        if not name:
            raise InvalidRequestError(
                f"{_MALFORMED}: a part has no name in its Content-Disposition"
            )
        if name in self.parts:
            raise InvalidRequestError(f"{clipped(name)}: this part is given more than once")
        encoding = self._headers.get("content-transfer-encoding", "").strip().lower()
        if encoding not in _AS_IS:
            raise InvalidRequestError(
                f"{clipped(name)}: Content-Transfer-Encoding {clipped(encoding)} is not supported: "
                "send the bytes as they are"
            )
        self.parts[name] = Part(bytes(self._content), self._headers.get("content-type"))

    def complete(self) -> None:
        self.is_complete = True
