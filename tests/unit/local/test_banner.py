"""What the `tams` command must be given to find a stack that is not at the usual place."""

from pathlib import Path

from local.banner import variables_for_tams

USUAL = ("http://127.0.0.1:8000", "http://127.0.0.1:9324", Path(".tams").resolve())


def test_the_usual_place_needs_no_variables() -> None:
    assert variables_for_tams(*USUAL) == ""


def test_each_variable_that_differs_is_shown_as_a_shell_takes_it() -> None:
    api, queue, data = USUAL

    assert variables_for_tams("http://127.0.0.1:1", queue, data) == "TAMS_URL=http://127.0.0.1:1"
    assert variables_for_tams(api, "http://127.0.0.1:2", data) == (
        "TAMS_QUEUE_URL=http://127.0.0.1:2"
    )
    assert variables_for_tams(api, queue, Path("/my media")) == "TAMS_DATA_DIR='/my media'"
