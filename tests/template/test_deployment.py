"""How the template is deployed: networks, releases, alarms, logs, keys, domains, and their parameters."""

import json
import re
from typing import Any

import pytest

from tams.object_stores.object_keys import PREFIX
from tests.template.conftest import ROOT, resolver

OUTSIDE_THE_NETWORK = {"authorizer", "url_signer", "console"}
NETWORK = {"SubnetIds": "subnet-a,subnet-b", "SecurityGroupIds": "sg-a"}
KEY = "arn:aws-cn:kms:cn-north-1:123456789012:key/k"
USES_ALL_ITS_TIME = {"deletion_worker", "provision"}


def is_asked_by_clients(function: dict[str, Any]) -> bool:
    return any(event["Type"] == "HttpApi" for event in function.get("Events", {}).values())


def workers(functions: dict[str, Any]) -> set[str]:
    """Those that run on events of queues and schedules."""
    return {
        name
        for name, each in functions.items()
        if each.get("Events") and not is_asked_by_clients(each)
    }


def alarm(template: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = template["Resources"][name]["Properties"]
    return found


def watched(template: dict[str, Any], name: str) -> dict[str, str]:
    """The folder of each function that an alarm looks at, by the metric's id."""
    return {
        each["Id"]: _folder(template, each["MetricStat"]["Metric"]["Dimensions"][0]["Value"]["Ref"])
        for each in alarm(template, name)["Metrics"]
        if "MetricStat" in each
    }


def _folder(template: dict[str, Any], logical_id: str) -> str:
    folder: str = template["Resources"][logical_id]["Properties"]["CodeUri"]
    return folder.strip("/").rpartition("/")[2]


def test_what_talks_to_vast_runs_in_the_given_network_and_nothing_else(
    functions: dict[str, Any], template: dict[str, Any]
) -> None:
    for name, each in functions.items():
        with_network = resolver(template, **NETWORK).resolve({"it": each["VpcConfig"]})
        expected = {"SubnetIds": ["subnet-a", "subnet-b"], "SecurityGroupIds": ["sg-a"]}

        assert with_network == ({} if name in OUTSIDE_THE_NETWORK else {"it": expected}), name
        assert resolver(template).resolve({"it": each["VpcConfig"]}) == {}, name


@pytest.mark.parametrize(
    ("rule", "parameters", "is_accepted"),
    [
        ("Network", {}, True),
        ("Network", NETWORK, True),
        ("Network", {"SubnetIds": "subnet-a"}, False),
        ("Network", {"SecurityGroupIds": "sg-a"}, False),
        ("Domain", {}, True),
        ("Domain", {"DomainName": "tams.test", "CertificateArn": "arn:c"}, True),
        ("Domain", {"DomainName": "tams.test"}, False),
        ("Domain", {"CertificateArn": "arn:c"}, False),
        ("Domain", {"HostedZoneId": "Z"}, False),
    ],
)
def test_parameters_that_belong_together_are_given_together(
    rule: str, parameters: dict[str, str], is_accepted: bool, template: dict[str, Any]
) -> None:
    resolve = resolver(template, **parameters).resolve

    assert all(resolve(it["Assert"]) for it in template["Rules"][rule]["Assertions"]) is is_accepted


def test_every_release_reaches_every_function(functions: dict[str, Any]) -> None:
    """Without `Release` in it, a version is kept although the values of parameters have changed."""
    for name, each in functions.items():
        assert each["AutoPublishAlias"] == "live", name
        assert each["AutoPublishCodeSha256"] == {"Ref": "Release"}, name


def test_functions_that_clients_wait_for_can_start_from_a_snapshot(
    functions: dict[str, Any], template: dict[str, Any]
) -> None:
    resolve = resolver(template, SnapStart="PublishedVersions").resolve
    from_snapshot = {
        name for name, each in functions.items() if resolve(each["SnapStart"]["ApplyOn"]) != "None"
    }

    awaited = {name for name, each in functions.items() if is_asked_by_clients(each)}
    assert from_snapshot == awaited | {"authorizer", "url_signer", "thumbnailer"}


def test_layers_and_functions_are_for_the_same_processor(
    functions: dict[str, Any], template: dict[str, Any]
) -> None:
    resolve = resolver(template, Architecture="arm64").resolve
    layers = [
        template["Resources"][f"{each}Layer"]["Properties"] for each in ("Dependencies", "Media")
    ]

    assert all(resolve(each["CompatibleArchitectures"]) == ["arm64"] for each in layers)
    assert all(resolve(each["Architectures"]) == ["arm64"] for each in functions.values())


def test_the_access_log_is_json_and_holds_no_query_header_or_caller(
    template: dict[str, Any],
) -> None:
    settings = template["Resources"]["Api"]["Properties"]["AccessLogSettings"]
    variables = re.findall(r"\$context\.[A-Za-z.]+", settings["Format"])

    line = json.loads(re.sub(r"\$context\.[A-Za-z.]+", "200", settings["Format"]))

    assert {"time", "requestId", "ip", "routeKey", "path", "status"} <= line.keys()
    assert line["status"] == line["responseLatency"] == 200, "filters compare numbers"
    assert len(variables) == len(line)
    secretive = ("querystring", "header", "authorizer.caller", "authorizer.claims", "$request")
    assert not any(word in settings["Format"].lower() for word in secretive)


def test_logs_end_some_day_and_use_the_given_key(template: dict[str, Any]) -> None:
    resolve = resolver(template, KmsKeyArn=KEY, LogRetentionDays="7").resolve
    groups = [
        resolve(it["Properties"])
        for it in template["Resources"].values()
        if it["Type"] == "AWS::Logs::LogGroup"
    ]

    assert len(groups) == 2
    assert all((it["RetentionInDays"], it["KmsKeyId"]) == ("7", KEY) for it in groups)


def test_the_given_key_encrypts_media_and_variables_and_every_role_may_use_it(
    functions: dict[str, Any], template: dict[str, Any]
) -> None:
    resolve = resolver(template, KmsKeyArn=KEY).resolve
    bucket = template["Resources"]["MediaBucket"]["Properties"]
    policy = template["Resources"]["UseKmsKey"]["Properties"]

    (rule,) = resolve(bucket["BucketEncryption"])["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"] == {
        "SSEAlgorithm": "aws:kms",
        "KMSMasterKeyID": KEY,
    }
    assert all(resolve(each["KmsKeyArn"]) == KEY for each in functions.values())
    roles = [_folder(template, each["Ref"].removesuffix("Role")) for each in policy["Roles"]]
    assert sorted(roles) == sorted(functions)


def test_every_alarm_calls_the_topic_when_there_is_one(template: dict[str, Any]) -> None:
    alarms = {
        name: it["Properties"]
        for name, it in template["Resources"].items()
        if it["Type"] == "AWS::CloudWatch::Alarm"
    }
    operations = (ROOT / "shared/docs/operations.md").read_text()

    for name, each in alarms.items():
        given = resolver(template, AlarmTopicArn="arn:topic").resolve(each)
        assert given["AlarmActions"] == given["OKActions"] == ["arn:topic"], name
        assert "AlarmActions" not in resolver(template).resolve(each), name
        assert f"| {name.removesuffix('Alarm')} |" in operations, "what it means, and what to do"


def test_every_background_function_is_watched_for_errors_and_for_its_time(
    functions: dict[str, Any], template: dict[str, Any]
) -> None:
    errors = watched(template, "WorkerErrorsAlarm")
    times = watched(template, "WorkersNearTimeLimitAlarm")
    percent = alarm(template, "WorkersNearTimeLimitAlarm")["Metrics"][0]["Expression"]

    assert set(errors.values()) == workers(functions) | {"url_signer", "thumbnailer"}
    assert set(times.values()) == workers(functions) - USES_ALL_ITS_TIME
    for metric, name in times.items():
        assert f"FILL({metric},0)/{functions[name]['Timeout'] * 10}" in percent, name


def test_a_deployment_rolls_back_on_alarms(
    functions: dict[str, Any], template: dict[str, Any]
) -> None:
    named = template["Globals"]["Function"]["DeploymentPreference"]["Alarms"]

    assert [it["Ref"] for it in named] == ["ServerErrorsAlarm", "WorkerErrorsAlarm"]
    at_once = {
        name
        for name, each in functions.items()
        if each["DeploymentPreference"].get("Enabled") is False
    }
    assert at_once <= {"url_signer", "provision"}


def test_one_execution_is_reserved_for_the_sweeper(
    functions: dict[str, Any], template: dict[str, Any]
) -> None:
    reserved = {"ReservedConcurrentExecutions": 1}
    given = {key: functions["sweeper"][key] for key in reserved}

    assert resolver(template).resolve(given) == reserved
    assert resolver(template, ReserveConcurrency="false").resolve(given) == {}
    assert not any(
        "ReservedConcurrentExecutions" in functions[it] for it in functions if it != "sweeper"
    )


def test_media_can_have_versions_and_every_key_of_ours_is_reported(
    template: dict[str, Any],
) -> None:
    bucket = template["Resources"]["MediaBucket"]["Properties"]
    kept = resolver(template, MediaVersioning="Enabled", NoncurrentDays="90").resolve(bucket)
    (queue,) = resolver(template).resolve(bucket)["NotificationConfiguration"][
        "QueueConfigurations"
    ]

    assert kept["VersioningConfiguration"] == {"Status": "Enabled"}
    expiry = [
        it.get("NoncurrentVersionExpiration") for it in kept["LifecycleConfiguration"]["Rules"]
    ]
    assert {"NoncurrentDays": "90"} in expiry
    assert "VersioningConfiguration" not in resolver(template).resolve(bucket)
    assert PREFIX.startswith(queue["Filter"]["S3Key"]["Rules"][0]["Value"])


def test_clients_are_told_the_domain_when_there_is_one(template: dict[str, Any]) -> None:
    url = template["Outputs"]["ApiUrl"]["Value"]

    assert resolver(template, DomainName="tams.test").resolve(url) == "https://tams.test"
    assert resolver(template).resolve(url).startswith("https://Api.execute-api.")


def test_no_partition_is_named() -> None:
    """China and GovCloud have other ARNs, and China another suffix. Principals are the same everywhere."""
    text = (ROOT / "template.yaml").read_text()
    named = [
        line
        for line in text.splitlines()
        if re.search(r"arn:aws\b|amazonaws\.com", line) and "Principal: { Service:" not in line
    ]

    assert named == []
