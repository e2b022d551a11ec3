from collections.abc import Iterable, Mapping
from typing import Any

from rasa_sdk.events import SlotSet

# What the customer said when the form began; it may answer more than the first question.
OPENING = "opening"
# Which filling of the form this is: the message that began it. Another filling is another request.
INSTANCE = "form_instance"


class Draft:
    """A form's slots while one message is worked on; knows which of them changed."""

    def __init__(self, form: str, names: Iterable[str], slots: Mapping[str, Any]) -> None:
        self.form = form
        self._names = tuple(names)
        self._before = {name: slots.get(name) for name in self._names}
        self._now = dict(self._before)

    def __getitem__(self, name: str) -> Any:
        return self._now[name]

    def __setitem__(self, name: str, value: Any) -> None:
        if name not in self._now:
            raise KeyError(name)
        self._now[name] = value

    def clear(self, names: Iterable[str]) -> None:
        for name in names:
            self[name] = None

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self._now.items() if value is not None}

    def events(self) -> list[dict[str, Any]]:
        return [SlotSet(name, value) for name, value in self._now.items() if value != self._before[name]]

    def wipe(self) -> list[dict[str, Any]]:
        """Events that empty every slot of the form."""
        return [SlotSet(name, None) for name, value in self._before.items() if value is not None or self._now[name]]
