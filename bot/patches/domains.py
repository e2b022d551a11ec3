"""Find out once whether a domain is empty: Rasa makes an empty one for every message to compare it with."""

from rasa.shared.core.domain import Domain

_original = Domain.is_empty


def is_empty(self: Domain) -> bool:
    known = self.__dict__.get("_kept_is_empty")
    if known is None:
        known = self._kept_is_empty = _original(self)
    return bool(known)


def apply() -> None:
    Domain.is_empty = is_empty
