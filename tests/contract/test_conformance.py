"""No rule without a test: the checklist against the tests, and the published table against both."""

import re

import pytest

from tests.contract.conformance import ROOT, TARGET, proofs

CHECKLIST = ROOT.parent / "shared" / "SPEC.md"
ITEM = re.compile(r"^(?:- |\| )\*\*([A-Z]{2,3}-\d+)(?:\*\*)?(?: \[([MSDO])\])?", re.MULTILINE)


def test_every_rule_that_binds_a_server_is_proved() -> None:
    if not CHECKLIST.exists():
        pytest.skip(f"the checklist of the specification is not there: {CHECKLIST}")
    binding = {
        item
        for item, level in ITEM.findall(CHECKLIST.read_text())
        if level in {"M", "S"} or item.startswith("EP-")
    }
    assert len(binding) == 468

    proved = {proof.item for proof in proofs(ROOT / "tests")}

    assert not binding - proved, sorted(binding - proved)


def test_the_published_table_names_every_proof_and_all_passed() -> None:
    rows = [line.split(" | ") for line in TARGET.read_text().splitlines() if ".py | " in line]

    published = {(row[0].strip("| "), row[1], row[2], row[3].strip(" |")) for row in rows}

    assert published == {
        (proof.item, proof.says, proof.path, "passed") for proof in proofs(ROOT / "tests")
    }, "run `make conformance`"
