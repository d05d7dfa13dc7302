"""Reads server-sent events as a browser does."""

import json
from typing import Any, Self

Json = dict[str, Any]


class EventStream:
    """Parses a stream as a browser's EventSource does, after the HTML standard's section 9.2.6.

    An event reaches the listeners of its own name only. Without a name it is a `message`, which is all that
    `onmessage` hears.
    """

    def __init__(self, *names: str) -> None:
        self.heard: dict[str, list[Json]] = {name: [] for name in names}
        self.last_id = ""
        self._name, self._data = "", list[str]()

    def read(self, text: str) -> Self:
        for line in text.split("\n"):
            if line:
                self._field(*line.partition(":")[::2])
            else:
                self._dispatch()
        return self

    def _field(self, field: str, value: str) -> None:
        value = value.removeprefix(" ")
        if field == "event":
            self._name = value
        elif field == "data":
            self._data.append(value)
        elif field == "id":
            self.last_id = value

    def _dispatch(self) -> None:
        listeners = self.heard.get(self._name or "message")
        if self._data and listeners is not None:
            listeners.append(json.loads("\n".join(self._data)))
        self._name, self._data = "", []
