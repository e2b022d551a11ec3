"""Which entries somebody is answered from who asks in some language."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from faq.entries.models import Published

ANY = "*"


def primary(language: str) -> str:
    """`pt-BR` → `pt`."""
    return language.split("-", maxsplit=1)[0].lower()


@dataclass(frozen=True, slots=True)
class Fallbacks:
    """`others`: a language → the one whose entries stand in for missing ones; * for any that is not named."""

    others: Mapping[str, str]

    def chain(self, language: str) -> tuple[str, ...]:
        """The language itself, then what it falls back on. Each once, so that a circle ends."""
        found = [primary(language)]
        while (other := self.others.get(found[-1], self.others.get(ANY))) and primary(other) not in found:
            found.append(primary(other))
        return tuple(found)


class Locales:
    """Of one picture of what is live."""

    def __init__(self, entries: Sequence[Published], fallbacks: Fallbacks) -> None:
        self._fallbacks = fallbacks
        self._languages = np.array([primary(entry.content.language) for entry in entries], dtype=object)
        self._known = set(self._languages)
        same: dict[str, list[int]] = defaultdict(list)
        for row, entry in enumerate(entries):
            same[entry.content.translates or entry.id].append(row)
        self._translated = [rows for rows in same.values() if len(rows) > 1]

    def of_row(self, row: int) -> str:
        return str(self._languages[row])

    def allowed(self, language: str | None, hidden: AbstractSet[int] = frozenset()) -> NDArray[np.bool_] | None:
        """A mask over entries; None: all of them. Where the language and its fallbacks have none, all are.

        An entry of a fallback is left out where one that says the same in a nearer language is not `hidden`.
        """
        chain = self._fallbacks.chain(language) if language is not None else ()
        if not hidden and (language is None or (self._known <= set(chain) and not self._translated)):
            return None
        mask = np.ones(len(self._languages), dtype=bool)
        mask[list(hidden)] = False
        if language is None:
            return mask
        own = mask & np.isin(self._languages, np.array(chain, dtype=object))
        self._leave_out(own, chain)
        return own if own.any() else mask

    def _leave_out(self, own: NDArray[np.bool_], chain: Sequence[str]) -> None:
        for rows in self._translated:
            offered = [row for row in rows if own[row]]
            nearest = min((chain.index(self._languages[row]) for row in offered), default=0)
            for row in offered:
                own[row] = chain.index(self._languages[row]) == nearest
