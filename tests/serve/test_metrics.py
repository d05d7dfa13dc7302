"""What a Prometheus reads from the processes, and what CloudWatch finds in the log."""

import json
import threading

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from local.prometheus import prometheus_name
from tams import metrics
from tams.api.errors import cause_of
from tams.errors import BackendUnavailableError
from tams.runtime.cloudwatch import CloudWatchSink
from tams.vast.http_connection import Endpoint
from tams.vast.http_pool import HttpPool
from tests.contract.steps import added, segment, uploaded
from tests.maker import Maker
from tests.receiver import receiver
from tests.served import ServedStack
from tests.waiting import until

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def samples(url: str) -> Samples:
    text = httpx.get(f"{url}/metrics").text
    return {
        (each.name, tuple(sorted(each.labels.items()))): each.value
        for family in text_string_to_metric_families(text)
        for each in family.samples
    }


def value(found: Samples, name: str, **labels: str) -> float:
    return found.get((name, tuple(sorted(labels.items()))), 0.0)


def test_requests_are_counted_by_the_pattern_of_their_route(
    served: ServedStack, client: httpx.Client
) -> None:
    labels = {"method": "GET", "route": "/flows/{flowId}", "status": "4xx"}
    before = samples(served.api_url)

    for flow_id in ("a", "b", "c"):
        assert client.get(f"/flows/{flow_id}").status_code == 404
    after = samples(served.api_url)

    name = "tams_requests_total"
    assert value(after, name, **labels) == value(before, name, **labels) + 3
    assert value(after, "tams_vast_duration_seconds_count") > 0
    del labels["status"]
    assert value(after, "tams_request_duration_seconds_count", **labels) >= 3


def test_a_method_that_there_is_not_makes_no_series(client: httpx.Client) -> None:
    client.request("PROPFIND", "/flows")

    text = client.get("/metrics").text

    assert "PROPFIND" not in text
    assert 'method="other"' in text


def test_strangers_behind_a_proxy_get_no_metrics(client: httpx.Client) -> None:
    assert client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.7"}).status_code == 404


def test_a_worker_tells_how_the_background_work_goes(
    served: ServedStack, client: httpx.Client
) -> None:
    url = f"http://127.0.0.1:{served.options['TAMS_SERVE__WORKER_PORT']}"
    assert httpx.get(f"{url}/health/live").json() == {"status": "ok"}
    with receiver() as inbox:
        flow = Maker(client).flow()
        body = {"url": inbox.url, "events": ["flows/segments_added"], "flow_ids": [flow["id"]]}
        hook = client.post("/service/webhooks", json=body).json()
        objects = uploaded(client, flow, 5)
        added(client, flow, *(segment(each, at, at + 1) for at, each in enumerate(objects)))
        inbox.wait_for(lambda it: len(it.distinct) == 1)
        client.delete(f"/service/webhooks/{hook['id']}")
    client.delete(f"/flows/{flow['id']}/segments")

    until(lambda: value(samples(url), "tams_segments_deleted_total") >= 5)

    found = samples(url)
    assert value(found, "tams_relay_lag_seconds_count") >= 1
    assert value(found, "tams_delivery_age_seconds_count") >= 1
    assert value(found, "tams_deliveries_accepted_total") >= 1
    until(lambda: value(samples(url), "tams_sweeps_total") >= 1)
    names = {name for name, _ in samples(url)}
    assert {"tams_uploads_waiting", "tams_deletion_requests_idle"} <= names


def test_cloudwatch_gets_one_line_for_each_event(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "TAMS/test")
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "flows")
    monkeypatch.delenv("POWERTOOLS_METRICS_DISABLED", raising=False)
    sink = CloudWatchSink()
    for seconds in (0.01, 0.02):
        sink.take(metrics.VAST_DURATION, seconds, ())
    sink.take(metrics.REQUESTS, 1, ("GET", "/flows", "2xx"))
    sink.take(metrics.REQUESTS, 1, ("GET", "/flows", "2xx"))
    sink.take(metrics.UPLOADS_WAITING, 5, ())
    sink.take(metrics.UPLOADS_WAITING, 3, ())

    sink.flush()
    sink.flush()

    (line,) = capsys.readouterr().out.splitlines()
    written = json.loads(line)
    assert written["VastDuration"] == [0.01, 0.02]
    assert (written["Requests"], written["UploadsWaiting"]) == ([2.0], [3.0])
    (directive,) = written["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == "TAMS/test"
    assert directive["Dimensions"] == [["service"]]
    units = {each["Name"]: each["Unit"] for each in directive["Metrics"]}
    assert units == {"VastDuration": "Seconds", "Requests": "Count", "UploadsWaiting": "Count"}


def test_a_line_never_has_more_values_than_cloudwatch_takes() -> None:
    sink = CloudWatchSink()

    def take() -> None:
        for _ in range(200):
            sink.take(metrics.VAST_DURATION, 1, ())

    threads = [threading.Thread(target=take) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert len(sink._values["VastDuration"]) == 100


def test_the_cause_of_a_503_is_where_it_was_raised() -> None:
    pool = HttpPool(Endpoint.of("http://127.0.0.1:1"), 1)
    with pytest.raises(Exception) as raised:  # noqa: PT011 - whatever it is
        pool.exchange(b"")

    assert cause_of(raised.value) == "vast"
    assert cause_of(BackendUnavailableError("never raised")) == "other"


def test_names_are_those_that_prometheus_asks_for() -> None:
    assert prometheus_name(metrics.VAST_DURATION) == "tams_vast_duration_seconds"
    assert prometheus_name(metrics.REQUESTS) == "tams_requests_total"
    assert prometheus_name(metrics.UPLOADS_WAITING) == "tams_uploads_waiting"
    assert len({prometheus_name(each) for each in metrics.ALL}) == len(metrics.ALL)
