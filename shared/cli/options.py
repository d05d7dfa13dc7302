"""Options and arguments shared by several commands."""

from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Any

import typer

from cli.option_values import (
    address,
    bearer_token,
    flow_id,
    named_tags,
    resource_id,
    segment_tags,
    timerange,
    timestamp,
)


class Container(StrEnum):
    """Kinds of container to prefer for Segments."""

    AUTO = "auto"
    TS = "ts"
    CMAF = "cmaf"


def _from_root(clean: Callable[[Any], Any]) -> Callable[..., Any]:
    """For an option that the root also has: the value after the command overrides the root's."""

    def chosen(context: typer.Context, parameter: typer.CallbackParam, value: Any) -> Any:
        assert parameter.name is not None
        root = context.find_root()
        if context is root or _source(context, parameter.name) == "COMMANDLINE":
            return clean(value)
        return root.params[parameter.name]

    return chosen


def is_given(context: typer.Context, name: str) -> bool:
    """Whether the user set the option: before or after the command, or in the environment."""
    return any(
        _source(each, name) in {"COMMANDLINE", "ENVIRONMENT"}
        for each in (context, context.find_root())
    )


def _source(context: Any, name: str) -> str:
    source = context.get_parameter_source(name)
    return source.name if source is not None else ""


Url = Annotated[
    str,
    typer.Option(
        "--url",
        envvar="TAMS_URL",
        callback=_from_root(address),
        help="Address of the TAMS API. Without a scheme: http for this machine, https for others.",
    ),
]
Token = Annotated[
    str | None,
    typer.Option(
        "--token",
        envvar="TAMS_TOKEN",
        callback=_from_root(bearer_token),
        help="Bearer token, if the API needs one. TAMS_TOKEN keeps it out of the shell's history.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
TimeRangeText = Annotated[
    str,
    typer.Option(
        "--timerange",
        callback=timerange,
        help="Part of the timeline: '[5:0_15:0)' is from 5 s to just before 15 s, '_' is everything.",
    ),
]
TimestampText = Annotated[
    str,
    typer.Option(
        callback=timestamp,
        help="Position of the first frame on the timeline, as seconds:nanoseconds.",
    ),
]
SegmentTags = Annotated[
    list[str] | None,
    typer.Option(
        "--segment-tag",
        metavar="NAME=VALUE",
        callback=segment_tags,
        help="Tag for every new Segment. Give it several times for several tags or values. "
        "This is an extension of TAMS.",
    ),
]
TagFilters = Annotated[
    list[str] | None,
    typer.Option(
        "--tag",
        metavar="NAME=VALUE",
        callback=named_tags,
        help="Only items with this tag; NAME alone matches any value. Repeat it for several tags.",
    ),
]
ShownId = Annotated[
    str, typer.Argument(metavar="ID", help="Id of a Flow, a Source or an Object, or its beginning.")
]
FlowId = Annotated[str, typer.Argument(metavar="FLOW_ID", callback=flow_id, help="Id of the Flow.")]
DeletedId = Annotated[
    str,
    typer.Argument(
        metavar="ID", callback=resource_id, help="Id of the Source or Flow, or its beginning."
    ),
]
RestoredId = Annotated[
    str,
    typer.Argument(
        metavar="ID",
        callback=resource_id,
        help="Id of the Source, Flow, entry or deletion, or its beginning.",
    ),
]
ExportedFlowId = Annotated[
    str,
    typer.Argument(
        metavar="FLOW_ID",
        callback=flow_id,
        help="Id of the Flow, or its beginning. A multi Flow exports video and audio together.",
    ),
]
OptionalFlowId = Annotated[
    str | None,
    typer.Argument(
        metavar="FLOW_ID",
        callback=flow_id,
        help="Id of the Flow whose Segments to list, or its beginning.",
    ),
]
PlayedId = Annotated[
    str,
    typer.Argument(
        metavar="ID", callback=resource_id, help="Id of a Flow or Source, or its beginning."
    ),
]
