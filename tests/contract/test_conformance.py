"""No rule without a test: the checklist against the tests, and the published table against both."""

import re

import pytest

from tests.contract.conformance import ROOT, TARGET, proofs

CHECKLIST = ROOT.parent / "shared" / "SPEC.md"
ITEM = re.compile(r"^(?:- |\| )\*\*([A-Z]{2,3}-\d+)(?:\*\*)?(?: \[([MSDO])\])?", re.MULTILINE)
NOT_YET = {"BKE-9", "DEL-9", "DEL-13", "ERR-6", "STO-22", "URL-22", "WHK-38"}
"""Like all of AUT: they ask who the caller is, which needs the authorizer."""


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

    missing = {each for each in binding - proved - NOT_YET if not each.startswith("AUT-")}
    assert not missing, sorted(missing)


def test_the_published_table_names_every_proof_and_all_passed() -> None:
    rows = [line.split(" | ") for line in TARGET.read_text().splitlines() if ".py | " in line]

    published = {(row[0].strip("| "), row[1], row[2], row[3].strip(" |")) for row in rows}

    assert published == {
        (proof.item, proof.says, proof.path, "passed") for proof in proofs(ROOT / "tests")
    }, "run `make conformance`"
