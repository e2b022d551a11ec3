from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from faq.index.decision import Kind, Match

Change = Literal["fixed", "broken", "moved", "new", "same"]


@dataclass(frozen=True, slots=True)
class Golden:
    """A question and the entry that customers must get; None: no entry answers it."""

    id: int
    text: str
    expected: str | None
    language: str | None
    author: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Given:
    """What a customer gets: `entry` is the first candidate, `offered` all that a choice holds."""

    decision: Kind
    entry: str | None
    probability: float
    offered: tuple[str, ...] = ()

    @classmethod
    def of(cls, match: Match) -> "Given":
        first = match.candidates[0].entry.id if match.candidates else None
        offered = tuple(each.entry.id for each in match.candidates) if match.decision == "clarify" else ()
        return cls(match.decision, first, match.probability, offered)

    def fits(self, expected: str | None) -> bool:
        """Whether the customer gets it, or finds it in the choice."""
        if expected is None:
            return self.decision == "abstain"
        return (self.decision == "answer" and self.entry == expected) or expected in self.offered

    def differs(self, other: "Given") -> bool:
        """To a customer: another decision, or another answer."""
        return self.decision != other.decision or (self.decision == "answer" and self.entry != other.entry)


@dataclass(frozen=True, slots=True)
class Asked:
    """One text, live and in the draft. `golden`: its number; else it is a phrasing of `expected`."""

    text: str
    expected: str | None
    before: Given | None
    now: Given
    golden: int | None = None

    @property
    def fits(self) -> bool:
        return self.now.fits(self.expected)

    @property
    def change(self) -> Change:
        if self.before is None:
            return "new"
        fitted = self.before.fits(self.expected)
        if fitted != self.fits:
            return "fixed" if self.fits else "broken"
        return "moved" if self.now.differs(self.before) else "same"


@dataclass(frozen=True, slots=True)
class Collision:
    """Two entries with other answers that are asked with nearly the same words since this draft."""

    text: str
    entry: str
    other: str
    phrasing: str
    similarity: float


@dataclass(frozen=True, slots=True)
class Report:
    """`revision`: of what the draft was compared with. `matched`: whether anything changed in how entries are found."""

    revision: int
    goldens: tuple[Asked, ...] = ()
    phrasings: tuple[Asked, ...] = ()
    collisions: tuple[Collision, ...] = ()
    fresh: frozenset[str] = frozenset()  # entries that were not live before
    milliseconds: int = 0
    matched: bool = field(default=True)

    def joined(self, other: "Report") -> "Report":
        """Of the same draft, looked at in another space."""
        return replace(
            self,
            goldens=self.goldens + other.goldens,
            phrasings=self.phrasings + other.phrasings,
            collisions=self.collisions + other.collisions,
            fresh=self.fresh | other.fresh,
            matched=self.matched or other.matched,
        )

    @property
    def blocking(self) -> tuple[Asked, ...]:
        """Golden questions that this draft breaks, or whose new entry they do not find."""
        return tuple(
            each for each in self.goldens if each.change == "broken" or (each.expected in self.fresh and not each.fits)
        )

    def changed(self, change: Change) -> Iterator[Asked]:
        """Phrasings only."""
        return (each for each in self.phrasings if each.change == change)

    def counts(self) -> dict[str, int]:
        return {
            "goldens": len(self.goldens),
            "goldens_fit": sum(each.fits for each in self.goldens),
            "blocking": len(self.blocking),
            "phrasings": len(self.phrasings),
            "fixed": len(list(self.changed("fixed"))),
            "broken": len(list(self.changed("broken"))),
            "moved": len(list(self.changed("moved"))),
            "collisions": len(self.collisions),
            "milliseconds": self.milliseconds,
        }
