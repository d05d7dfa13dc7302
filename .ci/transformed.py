"""`python .ci/transformed.py template.yaml`: faults that would otherwise show only during a deployment.

Runs with SAM's Python. It transforms the template as the SAM service does, and fails for resources that
depend on each other in a circle, and for functions whose aliases would stay with the release before.
"""

import copy
import graphlib
import os
import re
import sys
from pathlib import Path
from typing import Any

os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")

from samtranslator.parser.parser import Parser
from samtranslator.translator.managed_policy_translator import ManagedPolicyLoader
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

_IN_TEXT = re.compile(r"\$\{([A-Za-z0-9]+)")


def main(path: Path) -> int:
    template = yaml_parse(path.read_text())
    for resource in template["Resources"].values():
        for name in ("CodeUri", "ContentUri"):
            if name in resource.get("Properties", {}):
                resource["Properties"][name] = "s3://bucket/key"
    before = _transformed(template)
    if circle := _circle(before):
        sys.stderr.write(f"resources depend on each other in a circle: {' → '.join(circle)}\n")
        return 1
    after = _transformed(template, Release="another")
    kept = [each for each in before if "FunctionVersion" in each and each in after]
    if kept:
        sys.stderr.write(f"they need AutoPublishCodeSha256: !Ref Release: {', '.join(kept)}\n")
        return 1
    sys.stdout.write(
        f"{len(before)} resources, no circle among them (CloudFormation's limit is 500)\n"
    )
    return int(len(before) > 500)


def _transformed(template: dict[str, Any], **parameters: str) -> dict[str, Any]:
    given = {
        name: str(each.get("Default", "given")) for name, each in template["Parameters"].items()
    }
    translator = Translator(None, Parser())
    ManagedPolicyLoader.load = lambda _: {}
    resources: dict[str, Any] = translator.translate(copy.deepcopy(template), given | parameters)[
        "Resources"
    ]
    return resources


def _circle(resources: dict[str, Any]) -> list[str]:
    graph = {name: _named(resource) & resources.keys() for name, resource in resources.items()}
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        circle: list[str] = error.args[1]
        return circle
    return []


def _named(value: Any) -> set[str]:
    """Everything that a value refers to, by Ref, GetAtt, Sub or DependsOn."""
    if isinstance(value, list):
        return set().union(*(_named(each) for each in value))
    if not isinstance(value, dict):
        return set()
    found = set()
    for key, given in value.items():
        first = given[0] if isinstance(given, list) and given else given
        if key in ("Ref", "Fn::GetAtt") and isinstance(first, str):
            found.add(first.partition(".")[0])
        elif key == "Fn::Sub" and isinstance(first, str):
            found |= set(_IN_TEXT.findall(first))
        elif key == "DependsOn":
            found |= {given} if isinstance(given, str) else set(given)
        found |= _named(given)
    return found


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
