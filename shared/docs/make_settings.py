"""`make docs`: write settings.md from the settings classes, so that it cannot fall behind them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

TARGET = Path(__file__).with_name("settings.md")
HEAD = """# Settings

Functions read their settings from environment variables. The template sets the ones that have no
default. A missing or wrong value stops the function at its first event, and the log names the variable.

Two underscores separate levels: `TAMS_VAST__ENDPOINT` is `endpoint` of `vast`. Lists and nested values
are JSON.

The local stack takes the variables of *Access* and those that `.venv/bin/python -m local --help`
lists. Others have no effect on it, and `make run` names those that are set.
"""


def text() -> str:
    """The document as it should be."""
    from serve.settings import PREFIX as SERVE  # noqa: PLC0415
    from serve.settings import ServeSettings  # noqa: PLC0415
    from tams.runtime.access_settings import PREFIX, AccessSettings  # noqa: PLC0415 - slow
    from tams.settings import Settings  # noqa: PLC0415
    from tams.settings.places import StorageBackendSettings  # noqa: PLC0415

    return "\n".join(
        [
            HEAD,
            "## Functions\n",
            *_table(Settings, "TAMS_"),
            "\n## A storage backend\n",
            "Each entry of `TAMS_STORAGE_BACKENDS`, a JSON list, has these members.\n",
            *_table(StorageBackendSettings, "", member=True),
            "\n## Access\n",
            "Only the authorizer reads these. [access.md](access.md) explains them.\n",
            *_table(AccessSettings, PREFIX),
            "\n## Processes\n",
            "Only `tams serve` reads these. [serving.md](serving.md) explains them.\n",
            *_table(ServeSettings, SERVE),
            "",
        ]
    )


def _table(model: type[BaseModel], prefix: str, *, member: bool = False) -> list[str]:
    head = f"| {'member' if member else 'variable'} | default | meaning |"
    return [head, "| --- | --- | --- |", *_rows(model, prefix, member=member)]


def _rows(model: type[BaseModel], prefix: str, *, member: bool) -> Iterator[str]:
    for name, field in model.model_fields.items():
        alias = field.validation_alias or field.alias
        spelled = str(alias or name)
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel) and name != "accounts":
            yield from _rows(inner, f"{prefix}{spelled.upper()}__", member=member)
            continue
        shown = spelled if member or spelled.isupper() else f"{prefix}{spelled.upper()}"
        meaning = " ".join((field.description or "").split())
        yield f"| `{shown}` | {_default(field)} | {meaning} |"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value: Any = field.get_default(call_default_factory=True, validated_data={})
    if value is None or value is PydanticUndefined:
        return "unset"
    if isinstance(value, BaseModel):
        value = value.model_dump()
    return f"`{json.dumps(value, default=_plain)}`"


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, frozenset) else str(value)


if __name__ == "__main__":
    TARGET.write_text(text())
