"""No rule without a test: the checklist against the tests, and the published table against both."""

from tests.contract.conformance import ROOT, TARGET, proofs, rules, table


def test_every_rule_that_binds_a_server_is_proved() -> None:
    binding = {item for item, rule in rules().items() if rule.level in {"M", "S"}}
    assert len(binding) == 468

    proved = {proof.item for proof in proofs(ROOT / "tests")}

    assert not binding - proved, sorted(binding - proved)


def test_the_published_table_names_every_proof_and_all_passed() -> None:
    found = proofs(ROOT / "tests")

    assert TARGET.read_text() == table(found, dict.fromkeys(found, "passed")), (
        "run `make conformance`"
    )
