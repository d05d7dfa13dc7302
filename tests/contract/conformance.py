"""`make conformance`: run the tests that prove TAMS rules, and write the table of results.

A test tells the rule it proves by its name, `test_SEG_19_…`, or by its parameter's, `[EP-12 …]`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TARGET = ROOT / "shared" / "docs" / "conformance.md"
CHECKLIST = ROOT / "shared" / "docs" / "checklist.md"
HEAD = """# Conformance with TAMS 8.2

Each rule of the specification that a server must (M) or should (S) keep, and the tests that prove it
against the running stack. [The checklist](checklist.md) explains levels and sources, and holds options (O)
and our own decisions (D) too. `make conformance` runs the tests and writes this page.
"""
AREAS = {
    "GEN": "HTTP in general",
    "EP": "Every operation",
    "PAG": "Paging",
    "SRT": "Sorting",
    "TAG": "Tags and tag filters",
    "TIM": "Timestamps and timeranges",
    "ERR": "Errors",
    "SVC": "Root and service",
    "SRC": "Sources",
    "FLW": "Flows",
    "COL": "Collections",
    "RO": "Read-only Flows",
    "PRF": "Profiles",
    "SEG": "Flow Segments",
    "URL": "get_urls",
    "INI": "Initialisation Segments",
    "STO": "Storage allocation",
    "BKE": "Storage backends",
    "OBJ": "Objects and instances",
    "DEL": "Flow delete requests",
    "WHK": "Webhooks",
    "EVT": "Events",
    "AUT": "Authentication and authorisation",
}
_RULE = re.compile(r"^- \*\*([A-Z]{2,3})-(\d+)\*\* \[([MSDO])\] (.*)$")
_OPERATION = re.compile(r"^\| \*\*EP-(\d+)\*\* \| (.*) \| (.*) \| (.*) \| (.*) \| (.*) \|$")
_EVENT = re.compile(r"^\| \*\*EVT-(\d+)\*\* \[M\] \| (.*) \| (.*) \| (.*) \| (.*) \|$")
_NAMED = re.compile(r"^def test_([A-Z]{2,3})_(\d+)_(\w+)", re.MULTILINE)
_PARAMETER = re.compile(r'"(EP-\d+) ([^"]+)"')


@dataclass(frozen=True)
class Rule:
    """What the specification asks, how strongly (M, S, O, D), and where."""

    level: str
    asks: str
    source: str


@dataclass(frozen=True, order=True)
class Proof:
    """A rule's id, what its test says of it, and the file it is in, from the root."""

    area: str
    number: int
    says: str
    path: str

    @property
    def item(self) -> str:
        return f"{self.area}-{self.number}"


def proofs(folder: Path) -> list[Proof]:
    """Every proof in a tree of tests, by rule."""
    found: list[Proof] = []
    for path in sorted(folder.rglob("test_*.py")):
        text, where = path.read_text(), path.relative_to(ROOT).as_posix()
        for match in _NAMED.finditer(text):
            area, number, name = match.groups()
            if area in AREAS:
                found.append(Proof(area, int(number), name.replace("_", " "), where))
        for item, says in _PARAMETER.findall(text):
            area, number = item.split("-")
            found.append(Proof(area, int(number), f"`{says}`", where))
    order = list(AREAS)
    return sorted(found, key=lambda proof: (order.index(proof.area), proof))


def rules() -> dict[str, Rule]:
    """The rules of the checklist by id, in its order."""
    found = {}
    for line in CHECKLIST.read_text().splitlines():
        if match := _RULE.match(line):
            area, number, level, text = match.groups()
            words, _, source = text.rpartition(" *(")
            asks = words or text
            found[f"{area}-{number}"] = Rule(
                level, asks, source.removesuffix(")*") if words else ""
            )
        elif match := _OPERATION.match(line):
            number, operation, statuses, remark, _, source = match.groups()
            asks = f"{operation} answers {statuses}{remark and f': {remark}'}"
            found[f"EP-{number}"] = Rule("M", asks, source)
        elif match := _EVENT.match(line):
            number, kind, event, moment, source = match.groups()
            asks = f"{kind} has the event {event}; its `event_timestamp` is that of: {moment}"
            found[f"EVT-{number}"] = Rule("M", asks, source)
    return found


def table(found: Iterable[Proof], results: dict[Proof, str]) -> str:
    """The document: one row for each rule that has a proof. One that `results` does not know was not run."""
    known, lines, area = rules(), [HEAD.rstrip()], ""
    for item, group in groupby(found, lambda proof: proof.item):
        proofs = list(group)
        if proofs[0].area != area:
            area = proofs[0].area
            lines += ["", f"## {area}: {AREAS[area]}", ""]
            lines.append("| Rule | Level | What it asks | Source | Proved by | Result |")
            lines.append("| --- | --- | --- | --- | --- | --- |")
        rule = known[item]
        asks = rule.asks.replace("|", "\\|")
        proved = "<br>".join(f"{each.says} ({each.path})" for each in proofs)
        outcomes = {results.get(each, "not run") for each in proofs}
        result = next(iter(outcomes - {"passed"}), "passed")
        lines.append(f"| {item} | {rule.level} | {asks} | {rule.source} | {proved} | {result} |")
    return "\n".join(lines) + "\n"


class Recorder:
    """Notes, as a plugin of pytest, what became of each test."""

    def __init__(self) -> None:
        self.outcomes: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or report.outcome != "passed":
            self.outcomes[report.nodeid] = report.outcome

    def result(self, proof: Proof) -> str:
        """Parameters of one test pass together or not at all."""
        test = f"{proof.path}::test_{proof.area}_{proof.number}_"
        mine = [
            outcome
            for node, outcome in self.outcomes.items()
            if node.startswith(test) or (node.startswith(proof.path) and f"[{proof.item} " in node)
        ]
        return next((each for each in mine if each != "passed"), "passed") if mine else "not run"


if __name__ == "__main__":
    known = proofs(ROOT / "tests")
    recorder = Recorder()
    files = sorted({str(ROOT / proof.path) for proof in known})
    pytest.main([*files, "-q", "-n", "2", "--dist", "loadfile"], [recorder])
    TARGET.write_text(table(known, {proof: recorder.result(proof) for proof in known}))
