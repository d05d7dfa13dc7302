"""The probe distinguishes the local VAST's three rules; given a cluster, it reports that cluster's rule.

`TAMS_PROBE_ENDPOINT=… TAMS_PROBE_ACCESS_KEY=… TAMS_PROBE_SECRET_KEY=… TAMS_PROBE_BUCKET=… make probe`
"""

import os
from pathlib import Path

import pytest

from tests.integration.local_vast import a_local_vast
from tests.integration.vast_probes.probe import probe


@pytest.mark.parametrize("conflicts", ["strict", "column", "commit"])
def test_the_probe_recognises_each_rule(tmp_path: Path, conflicts: str) -> None:
    with a_local_vast(tmp_path, conflicts=conflicts) as url:
        findings = probe(url, "K", "S", "tams")

    assert findings.mode == conflicts
    assert findings.is_safe


def test_the_cluster_is_safe_for_our_transactions(capsys: pytest.CaptureFixture[str]) -> None:
    if "TAMS_PROBE_ENDPOINT" not in os.environ:
        pytest.skip("no cluster is named in TAMS_PROBE_ENDPOINT")
    names = ("ENDPOINT", "ACCESS_KEY", "SECRET_KEY", "BUCKET")

    findings = probe(*(os.environ[f"TAMS_PROBE_{name}"] for name in names))

    with capsys.disabled():
        print(f"\n{findings}\nlike vastlocal --conflicts {findings.mode}")  # noqa: T201
    assert findings.is_safe
