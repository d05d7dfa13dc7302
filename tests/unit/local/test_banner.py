"""The options that the `tams` command needs to find a stack that is not in the usual place."""

from pathlib import Path

from local.banner import variables_for_tams

VAST, S3 = "http://127.0.0.1:9090", "http://127.0.0.1:9000"
USUAL = ("http://127.0.0.1:8000", "http://127.0.0.1:9324", VAST, S3, Path(".tams").resolve())


def test_the_usual_place_needs_no_variables() -> None:
    assert variables_for_tams(*USUAL) == ""


def test_each_variable_that_differs_is_shown_as_a_shell_takes_it() -> None:
    api, queue, vast, s3, data = USUAL
    other = "http://127.0.0.1:1"

    assert variables_for_tams(other, queue, vast, s3, data) == f"TAMS_URL={other}"
    assert variables_for_tams(api, other, vast, s3, data) == f"TAMS_QUEUE_URL={other}"
    assert variables_for_tams(api, queue, other, s3, data) == f"TAMS_VAST_URL={other}"
    assert variables_for_tams(api, queue, vast, other, data) == f"TAMS_S3_URL={other}"
    with_data = variables_for_tams(api, queue, vast, s3, Path("/my media"))
    assert with_data == "TAMS_DATA_DIR='/my media'"
