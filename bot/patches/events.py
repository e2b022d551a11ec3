"""Find an event's class by a dictionary.

`Event.resolve_by_type` walks all subclasses of Event for every event that is deserialised: 40 % of the time in
a long conversation. The classes don't change after import.
"""

from typing import Dict, Optional, Type

from rasa.shared.core.events import Event

_original = Event.resolve_by_type
_known: Dict[str, Type[Event]] = {}


def resolve_by_type(type_name: str, default: Optional[Type[Event]] = None) -> Optional[Type[Event]]:
    """Like Rasa's: only what it found for a name without a default is remembered."""
    found = _known.get(type_name)
    if found is None:
        found = _original(type_name, default)
        if found is not None and found.type_name == type_name:
            _known[type_name] = found
    return found


def apply() -> None:
    Event.resolve_by_type = staticmethod(resolve_by_type)
