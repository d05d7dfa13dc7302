"""Options and arguments shared by several commands, and their validation."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Annotated, Any

import typer

from cli.addresses import api_url
from cli.short_ids import SHORT
from tams.errors import InvalidRequestError
from tams.models.common import is_uuid
from tams.models.segment_tags import tags_fault
from tams.timing import TimeRange, Timestamp


class Container(StrEnum):
    """Kinds of container to prefer for Segments."""

    AUTO = "auto"
    TS = "ts"
    CMAF = "cmaf"


def _address(text: str) -> str:
    try:
        return api_url(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def _bearer_token(text: str | None) -> str | None:
    """Strips the newline that a file may have added. Raises BadParameter."""
    token = (text or "").strip()
    if not token.isascii() or not token.isprintable() or " " in token:
        raise typer.BadParameter(
            "a token must consist of printable ASCII characters without blanks"
        )
    return token or None


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


def _parsed_by(parse: Callable[[str], object], description: str) -> Callable[[str], str]:
    """Leaves the text unchanged. Raises BadParameter if it does not parse."""

    def checked(text: str) -> str:
        try:
            parse(text)
        except InvalidRequestError:
            raise typer.BadParameter(f"{text!r} is not {description}") from None
        return text

    return checked


_well_formed_timerange = _parsed_by(
    TimeRange.parse,
    "a timerange. Write times as seconds:nanoseconds, with [ ] to include a bound and ( ) to exclude it: "
    "'[5:0_15:0)' is from 5 s to just before 15 s, '[5:0_' from 5 s on, '_' everything",
)


def _timerange(text: str) -> str:
    """Rejects a range with its bounds the wrong way round, which would otherwise be empty."""
    _well_formed_timerange(text)
    start, _, end = (bound.strip("[]()") for bound in text.strip().partition("_"))
    if start and end and Timestamp.parse(end).ns < Timestamp.parse(start).ns:
        raise typer.BadParameter(f"{text!r} ends before it starts")
    return text


_timestamp = _parsed_by(
    Timestamp.parse,
    "a timestamp. Write seconds:nanoseconds: '3600:0' is one hour, "
    "'1:500000000' one and a half seconds",
)


def tags_from(pairs: Sequence[str] | None) -> dict[str, str | list[str]]:
    """Tags given as NAME=VALUE; a name that comes several times has a list of values. Raises BadParameter."""
    values: dict[str, list[str]] = {}
    for pair in pairs or ():
        name, is_pair, value = pair.partition("=")
        if not is_pair:
            raise typer.BadParameter(f"{pair!r} is not a tag: write NAME=VALUE, such as camera=1")
        values.setdefault(name, []).append(value)
    return {name: each if len(each) > 1 else each[0] for name, each in values.items()}


def tag_filters(pairs: Sequence[str] | None) -> dict[str, str]:
    """As parameters of a list."""
    named: dict[str, str] = {}
    for pair in pairs or ():
        name, is_pair, value = pair.partition("=")
        named |= {f"tag.{name}": value} if is_pair else {f"tag_exists.{name}": "true"}
    return named


def _segment_tags(pairs: list[str] | None) -> list[str] | None:
    if (fault := tags_fault(tags_from(pairs))) is not None:
        raise typer.BadParameter(fault.removeprefix("tags: "))
    return pairs


def _flow_id(text: str | None) -> str | None:
    if text is not None and not _may_be_id(text.lower()):
        raise typer.BadParameter(
            f"{text!r} is not a Flow id, which is a UUID, or at least 4 characters of its beginning: "
            "`tams ls flows` lists ids"
        )
    return text and text.lower()


def _resource_id(text: str) -> str:
    if not _may_be_id(text.lower()):
        raise typer.BadParameter(
            f"{text!r} is not an id, which is a UUID, or at least 4 characters of its beginning: "
            "`tams ls` lists ids"
        )
    return text.lower()


def _may_be_id(text: str) -> bool:
    return is_uuid(text) or SHORT.fullmatch(text) is not None


def _tag_filters(pairs: list[str] | None) -> list[str] | None:
    for pair in pairs or ():
        if not pair.partition("=")[0]:
            raise typer.BadParameter(
                f"{pair!r} has no name: write NAME=VALUE, or NAME for any value"
            )
    return pairs


Url = Annotated[
    str,
    typer.Option(
        "--url",
        envvar="TAMS_URL",
        callback=_from_root(_address),
        help="Address of the TAMS API. Without a scheme: http for this machine, https for others.",
    ),
]
Token = Annotated[
    str | None,
    typer.Option(
        "--token",
        envvar="TAMS_TOKEN",
        callback=_from_root(_bearer_token),
        help="Bearer token, if the API needs one. TAMS_TOKEN keeps it out of the shell's history.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
TimeRangeText = Annotated[
    str,
    typer.Option(
        "--timerange",
        callback=_timerange,
        help="Part of the timeline: '[5:0_15:0)' is from 5 s to just before 15 s, '_' is everything.",
    ),
]
TimestampText = Annotated[
    str,
    typer.Option(
        callback=_timestamp,
        help="Position of the first frame on the timeline, as seconds:nanoseconds.",
    ),
]
SegmentTags = Annotated[
    list[str] | None,
    typer.Option(
        "--segment-tag",
        metavar="NAME=VALUE",
        callback=_segment_tags,
        help="Tag for every new Segment. Give it several times for several tags or values. "
        "This is an extension of TAMS.",
    ),
]
TagFilters = Annotated[
    list[str] | None,
    typer.Option(
        "--tag",
        metavar="NAME=VALUE",
        callback=_tag_filters,
        help="Only what has this tag; NAME alone takes any value. Give it several times for several tags.",
    ),
]
ShownId = Annotated[
    str, typer.Argument(metavar="ID", help="Id of a Flow, a Source or an Object, or its beginning.")
]
FlowId = Annotated[
    str, typer.Argument(metavar="FLOW_ID", callback=_flow_id, help="Id of the Flow.")
]
DeletedId = Annotated[
    str,
    typer.Argument(
        metavar="ID", callback=_resource_id, help="Id of the Source or Flow, or its beginning."
    ),
]
RestoredId = Annotated[
    str,
    typer.Argument(
        metavar="ID",
        callback=_resource_id,
        help="Id of the Source, Flow, entry or deletion, or its beginning.",
    ),
]
ExportedFlowId = Annotated[
    str,
    typer.Argument(
        metavar="FLOW_ID",
        callback=_flow_id,
        help="Id of the Flow, or its beginning. A multi Flow gives picture and sound together.",
    ),
]
OptionalFlowId = Annotated[
    str | None,
    typer.Argument(
        metavar="FLOW_ID",
        callback=_flow_id,
        help="Id of the Flow whose Segments to list, or its beginning.",
    ),
]
PlayedId = Annotated[
    str,
    typer.Argument(
        metavar="ID", callback=_resource_id, help="Id of a Flow or Source, or its beginning."
    ),
]
