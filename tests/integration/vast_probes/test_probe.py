"""The probe of `tams admin status` distinguishes the local VAST's sound rules, and knows the unsafe one."""

from pathlib import Path

import pytest

from tams.errors import BackendUnavailableError
from tams.repositories.probes.conflicts import probe_conflicts
from tams.repositories.session import VastConnection
from tams.runtime.vast import vast_connection
from tests.integration.local_vast import a_local_vast, settings_for
from tests.sdk import sdk_session
from vastlocal.control import Control
from vastlocal.http.faults import FaultAction


def schemas(connection: VastConnection) -> list[str]:
    with sdk_session(connection).transaction() as transaction:
        return [each.name for each in transaction.bucket(connection.bucket).schemas()]


@pytest.mark.parametrize("conflicts", ["strict", "column", "commit"])
def test_the_probe_recognises_each_rule_and_leaves_nothing(tmp_path: Path, conflicts: str) -> None:
    with a_local_vast(tmp_path, conflicts=conflicts) as url:
        connection = vast_connection(settings_for(url))
        findings = probe_conflicts(connection)

        assert schemas(connection) == []
        assert Control(url, "K", "S").health().open_transactions == 0
    assert findings.mode == conflicts
    assert findings.is_safe


def test_the_rule_under_which_writes_are_lost_is_unsafe(tmp_path: Path) -> None:
    with a_local_vast(tmp_path, conflicts="never") as url:
        findings = probe_conflicts(vast_connection(settings_for(url)))

    assert not findings.is_safe
    assert findings.mode == "unsafe"


def test_a_probe_that_fails_half_way_leaves_nothing(tmp_path: Path) -> None:
    with a_local_vast(tmp_path) as url:
        connection = vast_connection(settings_for(url))
        Control(url, "K", "S").inject(FaultAction.ERROR, kind="update_rows", skip=1)

        with pytest.raises(BackendUnavailableError):
            probe_conflicts(connection)

        assert schemas(connection) == []


def test_keys_that_may_not_make_a_schema_are_no_crash(tmp_path: Path) -> None:
    with a_local_vast(tmp_path) as url:
        connection = vast_connection(settings_for(url))
        Control(url, "K", "S").inject(
            FaultAction.ERROR, kind="create_schema", status=403, code="AccessDenied"
        )

        with pytest.raises(BackendUnavailableError, match="access key"):
            probe_conflicts(connection)
