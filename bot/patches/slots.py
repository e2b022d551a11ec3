"""Copy a slot by its attributes instead of by the pickle protocol.

Each tracker has a copy of every slot, and a turn makes half a dozen trackers: for a domain with sixty slots this was a
twelfth of a turn.
"""

from rasa.shared.core.slots import Slot


def copy_slot(self: Slot) -> Slot:
    """What `copy.copy` makes of it."""
    copied = object.__new__(type(self))
    copied.__dict__.update(self.__dict__)
    return copied


def apply() -> None:
    Slot.__copy__ = copy_slot
