"""What `tams admin clean` holds back, and what it tells of a removal that fails halfway."""

from collections.abc import Iterator

import pytest
from typer.testing import CliRunner

from cli import clean as command
from cli.main import app
from tams.errors import BackendUnavailableError
from tams.ports import Progress
from tams.runtime.clean import _doubts, _removed
from tams.runtime.reporting import Reported
from tams.services.leftovers.found import Found

MEDIA = Found(3, ("media/a",), 300)


def test_rows_are_the_stores_own_and_media_may_be_another_ones() -> None:
    assert _doubts(Found(3), ["other"]) == []
    assert _doubts(MEDIA, []) == []
    assert _doubts(Found(0, (), 0), ["other"]) == []
    assert "other stores on this VAST (one, two)" in _doubts(MEDIA, ["one", "two"])[0]
    assert _doubts(Found(3, (), 300, doubt="it knows nothing"), []) == ["it knows nothing"]


class Failing:
    def find(self, progress: Progress) -> Found:
        raise NotImplementedError

    def remove(self) -> Iterator[int]:
        yield 100
        yield 100
        raise BackendUnavailableError("S3 is away")


def test_what_was_removed_before_a_failure_is_told() -> None:
    assert _removed(Failing(), Reported()) == {"removed": 200, "error": "S3 is away"}


@pytest.mark.parametrize(
    ("named", "fields", "code"),
    [
        (["keys"], {"held": ["another store"]}, 1),
        ([], {"held": ["another store"]}, 0),
        ([], {"error": "S3 is away", "removed": 1}, 1),
        (["keys"], {"removed": 3}, 0),
    ],
    ids=["held, named", "held", "failed", "removed"],
)
def test_the_exit_code_says_whether_something_stays_that_should_go(
    monkeypatch: pytest.MonkeyPatch, named: list[str], fields: dict[str, object], code: int
) -> None:
    kind = {"title": "media", "count": 3, "size_bytes": 300, "examples": [], "remarks": []}
    found = {**kind, "held": [], "removed": None, "error": None, **fields}
    answer = {"schema": "s", "buckets": ["b"], "kinds": {"keys": found}}
    monkeypatch.setattr(command, "result_of", lambda *_, **__: answer)
    monkeypatch.setattr(command, "environment_of", lambda *_: {})

    result = CliRunner().invoke(app, ["admin", "clean", *named, "--remove", "--yes"])

    assert result.exit_code == code, result.output
    assert all(words in result.stderr for words in fields.values() if isinstance(words, str))
