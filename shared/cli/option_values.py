"""Values of options: their validation and conversion. Each raises BadParameter."""

from collections.abc import Callable, Sequence

import typer

from cli.addresses import api_url
from cli.short_ids import SHORT
from tams.errors import InvalidRequestError
from tams.models.common import is_uuid
from tams.models.segment_tags import tags_fault
from tams.timing import TimeRange, Timestamp


def address(text: str) -> str:
    try:
        return api_url(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def bearer_token(text: str | None) -> str | None:
    """Strips the newline that a file may have added. Raises BadParameter."""
    token = (text or "").strip()
    if not token.isascii() or not token.isprintable() or " " in token:
        raise typer.BadParameter(
            "a token must consist of printable ASCII characters without blanks"
        )
    return token or None


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


def timerange(text: str) -> str:
    """Rejects a range with its bounds the wrong way round, which would otherwise be empty."""
    _well_formed_timerange(text)
    start, _, end = (bound.strip("[]()") for bound in text.strip().partition("_"))
    if start and end and Timestamp.parse(end).ns < Timestamp.parse(start).ns:
        raise typer.BadParameter(f"{text!r} ends before it starts")
    return text


timestamp = _parsed_by(
    Timestamp.parse,
    "a timestamp. Write seconds:nanoseconds: '3600:0' is one hour, "
    "'1:500000000' one and a half seconds",
)


def tags_from(pairs: Sequence[str] | None) -> dict[str, str | list[str]]:
    """Tags given as NAME=VALUE; a repeated name has a list of values. Raises BadParameter."""
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


def segment_tags(pairs: list[str] | None) -> list[str] | None:
    if (fault := tags_fault(tags_from(pairs))) is not None:
        raise typer.BadParameter(fault.removeprefix("tags: "))
    return pairs


def flow_id(text: str | None) -> str | None:
    if text is not None and not _may_be_id(text.lower()):
        raise typer.BadParameter(
            f"{text!r} is not a Flow id, which is a UUID, or at least 4 characters of its beginning: "
            "`tams ls flows` lists ids"
        )
    return text and text.lower()


def resource_id(text: str) -> str:
    if not _may_be_id(text.lower()):
        raise typer.BadParameter(
            f"{text!r} is not an id, which is a UUID, or at least 4 characters of its beginning: "
            "`tams ls` lists ids"
        )
    return text.lower()


def _may_be_id(text: str) -> bool:
    return is_uuid(text) or SHORT.fullmatch(text) is not None


def named_tags(pairs: list[str] | None) -> list[str] | None:
    for pair in pairs or ():
        if not pair.partition("=")[0]:
            raise typer.BadParameter(
                f"{pair!r} has no name: write NAME=VALUE, or NAME for any value"
            )
    return pairs
