"""Why something failed, as clients, webhooks and deletion requests read it."""

from tams.models.base import Model
from tams.models.common import Text, UtcDateTime


class Error(Model):
    """Source: error.json."""

    type: Text
    summary: Text
    traceback: tuple[Text, ...] | None = None
    time: UtcDateTime
