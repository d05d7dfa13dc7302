"""template.yaml as CloudFormation would see it, without a cloud."""

from pathlib import Path
from typing import Any

import pytest

from local.intrinsics import Resolver, load_yaml

ROOT = Path(__file__).parents[2]
STORAGE_ID = "3b241101-e2bb-4255-8caf-4136c566a962"
PARAMETERS = {
    "VastEndpoint": "https://vast.test",
    "VastBucket": "tams",
    "VastSecretArn": "arn:aws:secretsmanager:us-east-1:123456789012:secret:vast",
    "StorageBackendId": STORAGE_ID,
}


@pytest.fixture(scope="session")
def template() -> dict[str, Any]:
    loaded: dict[str, Any] = load_yaml((ROOT / "template.yaml").read_text())
    return loaded


@pytest.fixture(scope="session")
def functions(template: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Properties by the folder's name, with what Globals add."""
    common = template["Globals"]["Function"]
    variables = common["Environment"]["Variables"]
    found = {}
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            own = resource["Properties"]
            merged = {**common, **own}
            merged["Variables"] = {**variables, **own.get("Environment", {}).get("Variables", {})}
            found[Path(own["CodeUri"]).name] = merged
    return found


def resolver(template: dict[str, Any], **parameters: str) -> Resolver:
    """With stand-ins for what a deployment would give."""
    queues = {
        name: f"https://sqs.test/{name}"
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::SQS::Queue"
    }
    return Resolver(template, PARAMETERS | parameters, queues | {"MediaBucket": "media"}, {})
