"""What the built layers weigh, of the 250 MB that Lambda takes."""

import pytest

from tests.benchmark.record import Record
from tests.template.conftest import ROOT
from tests.template.test_build import script

BUILD = ROOT / ".aws-sam/build"
TABLE = "Size of the layers"


def test_the_layers_fit(record: Record) -> None:
    if not (BUILD / "template.yaml").is_file():
        pytest.skip("there is no build (make build)")
    size = script("size")
    layers = {
        path.name: size.megabytes(path)
        for path in sorted(BUILD.iterdir())
        if path.name.endswith("Layer")
    }
    for name, megabytes in layers.items():
        record.line(TABLE, {"layer": name, "size": f"{megabytes:.1f} MB"}, {name: megabytes})
    assert 0 < sum(layers.values()) < size.LIMIT_MB
