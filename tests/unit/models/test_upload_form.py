"""The parts of an upload: which there are, and what is wrong with them."""

import hashlib

import pytest

from tams.errors import InvalidRequestError
from tams.models.upload_form import Part, check_parts, parse_upload

SEGMENT = {"timerange": "[0:0_1:0)"}
FILE = Part(b"media")


def test_an_object_id_is_kept_or_a_place_for_one() -> None:
    chosen = parse_upload({"file": FILE}, {**SEGMENT, "object_id": "a"})
    first, second = (parse_upload({"file": FILE}, SEGMENT) for _ in range(2))

    assert (chosen.segment.object_id, chosen.names_object) == ("a", True)
    assert not first.names_object
    assert first.segment.object_id != second.segment.object_id


def test_the_right_checksum_passes_in_either_case() -> None:
    digest = hashlib.sha256(FILE.content).hexdigest()

    for given in (digest, f" {digest.upper()}\n"):
        assert parse_upload({"file": FILE, "sha256": Part(given.encode())}, SEGMENT)


@pytest.mark.parametrize(
    ("parts", "segment", "reason"),
    [
        ({"file": Part(b"")}, SEGMENT, "^file: must not be empty"),
        ({}, [SEGMENT], "^segment: must be one Segment"),
        ({}, None, "^segment: must be one Segment"),
        ({}, {}, "^segment: timerange: is required"),
        ({}, {"timerange": "()"}, "^segment: timerange: must not be empty"),
        ({}, {**SEGMENT, "object_id": ""}, "^segment: object_id: must not be empty"),
        ({}, {**SEGMENT, "object_id": None}, "^segment: object_id: must not be null"),
        ({}, {**SEGMENT, "object_id": 5}, "^segment: object_id: must be a string"),
        ({"sha256": Part(b"x")}, SEGMENT, "^sha256: must be 64 hexadecimal digits"),
        ({"sha256": Part(b"\xff")}, SEGMENT, "^sha256: must be text in UTF-8"),
        ({"sha256": Part(b"0" * 64)}, SEGMENT, "^sha256: the file that arrived, of 5 bytes, has"),
        ({"storage_id": Part(b"\xff")}, SEGMENT, "^storage_id: must be text in UTF-8"),
    ],
)
def test_what_is_wrong_is_named(parts: dict[str, Part], segment: object, reason: str) -> None:
    with pytest.raises(InvalidRequestError, match=reason):
        parse_upload({"file": FILE, **parts}, segment)


def test_parts_that_are_missing_or_unknown_are_named() -> None:
    check_parts({"segment": FILE, "file": FILE, "sha256": FILE, "storage_id": FILE})
    with pytest.raises(InvalidRequestError, match=r"^segment: this part is required"):
        check_parts({"file": FILE})
    with pytest.raises(InvalidRequestError, match=r"^file: this part is required"):
        check_parts({"segment": FILE})
    with pytest.raises(
        InvalidRequestError, match=r"^files: is not a part of an upload: it has segment,"
    ):
        check_parts({"segment": FILE, "files": FILE})
