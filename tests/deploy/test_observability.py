"""What dashboards and alarms name is measured, and every alert goes off when it should."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from local.intrinsics import load_yaml
from local.prometheus import prometheus_name
from tams.metrics import ALL, Metric

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "shared" / "deploy"
OURS = re.compile(r"tams_[a-z_]+")
PROMTOOL = shutil.which("promtool")
KNOWN = {
    name
    for metric in ALL
    for name in (
        [f"{prometheus_name(metric)}{suffix}" for suffix in ("_bucket", "_count", "_sum")]
        if metric.kind == "histogram"
        else [prometheus_name(metric)]
    )
}
BY_NAME = {metric.name: metric for metric in ALL}


def alerts() -> list[dict[str, Any]]:
    groups = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yaml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def queries() -> Iterator[str]:
    dashboard = json.loads((DEPLOY / "grafana" / "dashboards" / "tams.json").read_text())
    for panel in dashboard["panels"]:
        for target in panel["targets"]:
            yield target["expr"]


def template() -> dict[str, Any]:
    found: dict[str, Any] = load_yaml((ROOT / "template.yaml").read_text())
    return found


def test_alerts_and_the_grafana_dashboard_name_only_what_is_measured() -> None:
    named = {
        name
        for text in (*(it["expr"] for it in alerts()), *queries())
        for name in OURS.findall(text)
    }

    assert named <= KNOWN


def test_the_grafana_dashboard_shows_everything_that_is_measured() -> None:
    text = "\n".join(queries())

    assert [each.name for each in ALL if prometheus_name(each) not in text] == []


def test_labels_in_queries_are_those_of_a_metric() -> None:
    text = "\n".join((*(it["expr"] for it in alerts()), *queries()))
    grouped = {
        it.strip() for group in re.findall(r"by \(([^)]*)\)", text) for it in group.split(",")
    }
    matched = set(re.findall(r"(\w+)=[~\"]", text))

    assert grouped | matched <= {"le", "job", *(name for it in ALL for name in it.labels)}


def cloudwatch_names() -> Iterator[tuple[str, str | None]]:
    """Each metric in the namespace of the stack that an alarm or the dashboard names, and its function."""
    resources = template()["Resources"]
    for resource in resources.values():
        if resource["Type"] != "AWS::CloudWatch::Alarm":
            continue
        given = resource["Properties"]
        stats = [
            it["MetricStat"]["Metric"] for it in given.get("Metrics", ()) if "MetricStat" in it
        ]
        for metric in stats or [given]:
            if isinstance(metric["Namespace"], dict):
                dimensions = metric.get("Dimensions", [{}])
                yield metric["MetricName"], dimensions[0].get("Value")
    body = resources["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    for widget in json.loads(body)["widgets"]:
        for entry in widget["properties"]["metrics"]:
            if isinstance(entry[0], dict):
                (name,) = re.findall(r'MetricName="(\w+)"', entry[0]["expression"])
                yield name, None
            else:
                names = [it for it in entry[1:] if isinstance(it, str)]
                yield names[0], names[2] if len(names) == 3 else None


def test_alarms_and_the_cloudwatch_dashboard_name_only_what_is_measured() -> None:
    filters = {
        it["Properties"]["MetricTransformations"][0]["MetricName"]
        for it in template()["Resources"].values()
        if it["Type"] == "AWS::Logs::MetricFilter"
    }
    found = list(cloudwatch_names())

    assert len(found) > 20
    assert {name for name, _ in found} <= filters | BY_NAME.keys()
    assert not filters & BY_NAME.keys(), "two kinds of one name cannot be told apart"


def test_the_cloudwatch_dashboard_shows_everything_that_is_measured() -> None:
    shown = {name for name, _ in cloudwatch_names()}

    assert BY_NAME.keys() <= shown


def test_alarms_name_functions_that_there_are() -> None:
    folders = {each.parent.name for each in ROOT.glob("functions/*/app.py")}

    assert {function for _, function in cloudwatch_names() if function} <= folders


def test_every_alert_has_a_line_in_the_documentation() -> None:
    text = (ROOT / "shared" / "docs" / "observability.md").read_text()

    assert [it["alert"] for it in alerts() if f"| {it['alert']} |" not in text] == []
    assert [it.name for it in ALL if f"| {it.name} |" not in text] == []


@pytest.mark.skipif(
    PROMTOOL is None, reason="NOT TRIED: promtool is missing (apt install prometheus)"
)
def test_alerts_go_off_when_they_should() -> None:
    assert PROMTOOL is not None
    folder = DEPLOY / "prometheus"
    for arguments in (
        ["check", "config", "prometheus.yaml"],
        ["check", "rules", "alerts.yaml"],
        ["test", "rules", "alerts_test.yaml"],
    ):
        run = subprocess.run(
            [PROMTOOL, *arguments], cwd=folder, capture_output=True, text=True, check=False
        )
        assert run.returncode == 0, run.stdout + run.stderr


def test_every_alert_has_a_test() -> None:
    tried = yaml.safe_load((DEPLOY / "prometheus" / "alerts_test.yaml").read_text())["tests"]
    goes_off = {
        it["alertname"] for each in tried for it in each["alert_rule_test"] if it.get("exp_alerts")
    }
    silent = {
        it["alertname"]
        for each in tried
        for it in each["alert_rule_test"]
        if not it.get("exp_alerts")
    }

    assert {it["alert"] for it in alerts()} == goes_off == silent


def test_every_metric_is_taken_somewhere() -> None:
    """Its constant is used in the layer, beside where it is made."""
    sources = "\n".join(
        each.read_text()
        for each in (ROOT / "layers" / "tams" / "tams").rglob("*.py")
        if each.name != "metrics.py"
    )

    assert [
        it.name for it in ALL if not re.search(rf"measure\(\s*{_constant(it)}\b", sources)
    ] == []


def _constant(metric: Metric) -> str:
    return re.sub("(?<=[a-z])(?=[A-Z])", "_", metric.name).upper()
