"""The text patterns of the specification, and what each requires, in words."""

from collections.abc import Mapping

UUID = "^[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"

MIME_TYPE = r"^[^\s/]+/[^\s/]+$"
"""A codec or container in a body."""

_TOKEN = "[0-9A-Za-z!#$%&'*+.^_`|~-]+"  # noqa: S105 - the token of RFC 7230, not a secret

STRICT_MIME_TYPE = (
    "^(application|audio|font|example|image|message|model|multipart|text|video"
    f"|x-(?:{_TOKEN}))/({_TOKEN})$"
)
"""A MIME type in a query or a storage request."""

CHANNEL_RANGE = "^[0-9]+_[0-9]+$"

PACKAGE_UID = (
    "^urn:smpte:umid:[0-9a-fA-F]{8}(.[0-9a-fA-F]{8}){7}$"
    "|^urn:uuid:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$"
)

SERVICE_TYPE = "^urn:x-tams:service"

API_VERSION = r"^(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)$"

HEADER_NAME = f"^{_TOKEN}$"

HEADER_VALUE = r"^[\t\x20-\x7e]*$"

WORDS: Mapping[str, str] = {
    UUID: "must be a lower-case UUID of version 1 to 5",
    MIME_TYPE: "must be a MIME type, such as 'video/mp2t'",
    STRICT_MIME_TYPE: "must be a MIME type of a known top-level type, without parameters",
    CHANNEL_RANGE: "must be two channel numbers, such as '0_5'",
    PACKAGE_UID: "must be a SMPTE UMID URN or a UUID URN",
    SERVICE_TYPE: "must start with 'urn:x-tams:service'",
    API_VERSION: "must be a major and a minor version, such as '8.2'",
    HEADER_NAME: "must be the name of an HTTP header",
    HEADER_VALUE: "must contain only characters that an HTTP header may contain",
}
