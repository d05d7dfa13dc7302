"""Reads the parts of template.yaml that the local stack needs: functions, routes, queues, schedules."""

from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

import yaml

from local import schedules
from local.application import Application, Cors, Function, Queue, QueueSource, Route, Schedule
from local.errors import TemplateError
from local.intrinsics import ACCOUNT_ID, REGION, Resolver, load_yaml


class TemplateValues(Protocol):
    """What the template's parameters and resources are where its functions run."""

    @property
    def parameters(self) -> Mapping[str, str]: ...
    @property
    def bucket(self) -> str: ...
    def queue_url(self, name: str) -> str: ...
    def function_environment(
        self, variables: Mapping[str, Any], resolver: Resolver
    ) -> dict[str, str]:
        """A function's environment from its template's variables. Raises TemplateError."""
        ...


_TRIGGERS = {"HttpApi", "SQS", "Schedule", "ScheduleV2"}


def read_application(path: Path, values: TemplateValues) -> Application:
    """Raises TemplateError."""
    try:
        template = load_yaml(path.read_text())
    except FileNotFoundError:
        raise TemplateError(f"{path} does not exist") from None
    except yaml.YAMLError as error:
        raise TemplateError(f"{path} is not valid YAML: {error}") from error
    return _Reader(template, values).application()


def queue_arn(name: str) -> str:
    return f"arn:aws:sqs:{REGION}:{ACCOUNT_ID}:{name}"


class _Reader:
    def __init__(self, template: Mapping[str, Any], values: TemplateValues) -> None:
        self._template = template
        self._values = values
        self._globals = template.get("Globals", {})
        references, attributes = self._addresses()
        self._resolver = Resolver(template, values.parameters, references, attributes)
        self._unsupported: list[str] = []

    def application(self) -> Application:
        functions: dict[str, Function] = {}
        routes: list[Route] = []
        sources: list[QueueSource] = []
        timers: list[Schedule] = []
        for logical_id, properties in self._of_type("AWS::Serverless::Function"):
            function = self._function(logical_id, properties)
            functions[function.name] = function
            for name, event in properties.get("Events", {}).items():
                kind, given = event["Type"], self._resolver.resolve(event.get("Properties", {}))
                if kind == "HttpApi":
                    method = str(given.get("Method", "ANY")).upper().replace("X-AMAZON-", "")
                    routes.append(Route(method, given.get("Path", "$default"), function.name))
                elif kind == "SQS":
                    sources.append(_queue_source(function.name, given))
                elif kind in ("Schedule", "ScheduleV2"):
                    timers += self._schedule(function.name, f"{logical_id}{name}", given)
                if kind not in _TRIGGERS:
                    self._unsupported.append(f"{function.name}: {kind} events")
        return Application(
            functions,
            tuple(routes),
            tuple(sources),
            tuple(timers),
            tuple(self._queue(*item) for item in self._of_type("AWS::SQS::Queue")),
            self._cors(),
            self._authorizer(),
            tuple(self._upload_queues()),
            tuple(self._unsupported),
        )

    def _of_type(self, kind: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        for logical_id, resource in self._template.get("Resources", {}).items():
            condition = resource.get("Condition")
            if resource["Type"] == kind and (condition is None or self._resolver.holds(condition)):
                yield logical_id, resource.get("Properties", {})

    def _addresses(self) -> tuple[dict[str, str], dict[tuple[str, str], str]]:
        """Local addresses of the template's own functions, queues and buckets."""
        references: dict[str, str] = {}
        attributes: dict[tuple[str, str], str] = {}
        for logical_id, resource in self._template.get("Resources", {}).items():
            if resource["Type"] == "AWS::SQS::Queue":
                name = _queue_name(logical_id, resource.get("Properties", {}))
                url = self._values.queue_url(name)
                references[logical_id] = url
                attributes[logical_id, "QueueUrl"] = url
                attributes[logical_id, "QueueName"] = name
                attributes[logical_id, "Arn"] = queue_arn(name)
            elif resource["Type"] == "AWS::Serverless::Function":
                references[logical_id] = _folder(resource["Properties"]).name
            elif resource["Type"] == "AWS::S3::Bucket":
                references[logical_id] = self._values.bucket
                attributes[logical_id, "Arn"] = f"arn:aws:s3:::{self._values.bucket}"
        return references, attributes

    def _function(self, logical_id: str, properties: Mapping[str, Any]) -> Function:
        shared = self._globals.get("Function", {})
        merged = {**shared, **properties}
        folder = _folder(merged)
        module, _, attribute = str(merged["Handler"]).rpartition(".")
        own, common = (
            each.get("Environment", {}).get("Variables", {}) for each in (properties, shared)
        )
        try:
            environment = self._values.function_environment({**common, **own}, self._resolver)
        except TemplateError as error:
            raise TemplateError(f"{logical_id}: {error}") from error
        return Function(
            name=folder.name,
            module=".".join((*folder.parts, *module.split("/"))),
            attribute=attribute,
            timeout_seconds=int(self._resolver.resolve(merged.get("Timeout", 3))),
            memory_mb=int(self._resolver.resolve(merged.get("MemorySize", 128))),
            environment=environment,
        )

    def _schedule(self, function: str, name: str, given: Mapping[str, Any]) -> list[Schedule]:
        expression = str(given.get("Schedule") or given.get("ScheduleExpression"))
        if given.get("Enabled") is False or given.get("State") == "DISABLED":
            return []
        seconds = schedules.rate_seconds(expression)
        if seconds is None:
            self._unsupported.append(f"{function}: {expression}")
            return []
        return [Schedule(function, given.get("Name", name), seconds, given.get("Input"))]

    def _queue(self, logical_id: str, properties: Mapping[str, Any]) -> Queue:
        given = self._resolver.resolve(properties)
        name = _queue_name(logical_id, properties)
        unknown = {"QueueName", "Tags"}
        attributes = {key: value for key, value in given.items() if key not in unknown}
        return Queue(name, queue_arn(name), attributes)

    def _cors(self) -> Cors | None:
        apis = [given for _, given in self._of_type("AWS::Serverless::HttpApi")]
        for properties in [*apis, self._globals.get("HttpApi", {})]:
            if "CorsConfiguration" in properties:
                return _cors(self._resolver.resolve(properties["CorsConfiguration"]))
        return None

    def _authorizer(self) -> str | None:
        """The API's default authorizer. This stack does not support authorizers of single routes."""
        for _, properties in self._of_type("AWS::Serverless::HttpApi"):
            auth = properties.get("Auth", {})
            if (name := auth.get("DefaultAuthorizer")) is not None:
                given = auth["Authorizers"][name]["FunctionArn"]
                if "Fn::GetAtt" in given:
                    given = {"Ref": given["Fn::GetAtt"][0]}
                return str(self._resolver.resolve(given))
        return None

    def _upload_queues(self) -> Iterator[str]:
        for _, properties in self._of_type("AWS::S3::Bucket"):
            notifications = self._resolver.resolve(properties.get("NotificationConfiguration", {}))
            for entry in notifications.get("QueueConfigurations", []):
                if str(entry["Event"]).startswith("s3:ObjectCreated:"):
                    yield entry["Queue"]


def _queue_name(logical_id: str, properties: Mapping[str, Any]) -> str:
    name = properties.get("QueueName", logical_id)
    fifo = ".fifo" if properties.get("FifoQueue") is True else ""
    return name if isinstance(name, str) and name.endswith(fifo) else f"{logical_id}{fifo}"


def _queue_source(function: str, given: Mapping[str, Any]) -> QueueSource:
    return QueueSource(
        function,
        given["Queue"],
        batch_size=int(given.get("BatchSize", 10)),
        window_seconds=int(given.get("MaximumBatchingWindowInSeconds", 0)),
        reports_failures="ReportBatchItemFailures" in given.get("FunctionResponseTypes", []),
        concurrency_max=int(given.get("ScalingConfig", {}).get("MaximumConcurrency", 1000)),
    )


def _cors(given: Any) -> Cors:
    if given is True:
        given = {"AllowOrigins": ["*"], "AllowMethods": ["*"], "AllowHeaders": ["*"]}
    max_age = given.get("MaxAge")
    return Cors(
        tuple(given.get("AllowOrigins", ())),
        tuple(given.get("AllowMethods", ())),
        tuple(given.get("AllowHeaders", ())),
        tuple(given.get("ExposeHeaders", ())),
        None if max_age is None else int(max_age),
        bool(given.get("AllowCredentials", False)),
    )


def _folder(function: Mapping[str, Any]) -> PurePosixPath:
    """Functions are named after their folders here."""
    return PurePosixPath(str(function["CodeUri"]))
