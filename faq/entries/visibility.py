"""Which of the published entries somebody may be answered with, and on which day."""

from collections import defaultdict
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date

from faq.entries.models import Audience, Content, Published
from faq.text import normalised

_NARROWER = {Audience.EVERYONE: 0, Audience.SIGNED_IN: 1, Audience.TIER: 2}


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks. `tier`: name of the customer's tier, where they have one and it is known."""

    signed_in: bool = False
    tier: str = ""


STRANGER = Reader()


def is_for(content: Content, reader: Reader, today: date) -> bool:
    if content.valid_from is not None and today < content.valid_from:
        return False
    if content.valid_until is not None and today > content.valid_until:
        return False
    if content.audience is Audience.TIER:
        return reader.signed_in and reader.tier.casefold() in {tier.casefold() for tier in content.tiers}
    return reader.signed_in or content.audience is Audience.EVERYONE


class Visibility:
    """Of one picture of what is live. Of two entries with the same question, a reader is given the narrower one."""

    def __init__(self, entries: Sequence[Published]) -> None:
        self._entries = entries
        self._row_of = {entry.id: row for row, entry in enumerate(entries)}
        self._limited = [row for row, entry in enumerate(entries) if _is_limited(entry.content)]
        alike: dict[tuple[str, str], list[int]] = defaultdict(list)
        for row, entry in enumerate(entries):
            alike[entry.content.language, normalised(entry.question)].append(row)
        self._alike = [rows for rows in alike.values() if len(rows) > 1]

    def hidden(self, reader: Reader, today: date) -> frozenset[int]:
        """Rows of entries that this reader must not be answered with."""
        gone = {row for row in self._limited if not is_for(self._entries[row].content, reader, today)}
        for rows in self._alike:
            seen = [row for row in rows if row not in gone]
            narrowest = max((self._rank(row) for row in seen), default=0)
            gone |= {row for row in seen if self._rank(row) < narrowest}
        return frozenset(gone)

    def entry(self, entry: str, hidden: AbstractSet[int]) -> Published | None:
        row = self._row_of.get(entry)
        return None if row is None or row in hidden else self._entries[row]

    def _rank(self, row: int) -> int:
        return _NARROWER[self._entries[row].content.audience]


def overlap(one: Content, other: Content) -> bool:
    """Whether there may be a day and a reader that both are for, with nothing to choose between them."""
    if one.audience is not other.audience:
        return False
    if one.audience is Audience.TIER and not set(one.tiers) & set(other.tiers):
        return False
    starts = [content.valid_from or date.min for content in (one, other)]
    ends = [content.valid_until or date.max for content in (one, other)]
    return max(starts) <= min(ends)


def _is_limited(content: Content) -> bool:
    return content.audience is not Audience.EVERYONE or bool(content.valid_from or content.valid_until)
