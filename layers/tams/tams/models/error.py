"""Why something failed, as shown to clients, webhooks and deletion requests."""

from typing import Any

from pydantic import model_validator

from tams.models.base import Model
from tams.models.common import Text, UtcDateTime


class Error(Model):
    """Source: error.json. `message` repeats `summary`, because many clients look for it there."""

    type: Text
    summary: Text
    message: Text | None = None
    traceback: tuple[Text, ...] | None = None
    time: UtcDateTime

    @model_validator(mode="before")
    @classmethod
    def _repeat_summary(cls, value: Any) -> Any:
        return {**value, "message": value.get("summary")} if isinstance(value, dict) else value
