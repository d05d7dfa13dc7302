"""Files of each kind go in and come out as FFmpeg itself reads them. `page` writes what is supported."""

import shutil
from pathlib import Path

import pytest

from local.stack import Stack
from tests.kinds.checking import examined
from tests.kinds.kind import Kind
from tests.kinds.kinds import KINDS
from tests.kinds.making import NotMadeError, made
from tests.long_form import SOAK

pytestmark = pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed")

TRIED = [each for each in KINDS if SOAK or each.short]


@pytest.mark.parametrize("kind", TRIED, ids=[each.name for each in TRIED])
def test_a_file_goes_in_and_out_unharmed(stack: Stack, tmp_path: Path, kind: Kind) -> None:
    """Except for what the kind says is not supported: that fails, or the table of the docs would be wrong."""
    try:
        path = made(kind, tmp_path)
    except NotMadeError as error:
        pytest.skip(f"this ffmpeg cannot make it: {error}")

    findings = examined(stack, kind, path)

    unexpected = {name: words for name, words in findings.wrong.items() if name not in kind.but}
    assert not unexpected
    assert set(findings.wrong) == set(kind.but)


def test_there_are_at_least_70_kinds_and_each_has_a_name_of_its_own() -> None:
    assert len({each.name for each in KINDS}) == len(KINDS) >= 70
