from dataclasses import dataclass
from typing import Literal

from faq.entries.models import Published

Kind = Literal["answer", "clarify", "abstain"]
SHOWN = 3


@dataclass(frozen=True, slots=True)
class Candidate:
    """`probability` that this entry answers the question."""

    entry: Published
    probability: float


@dataclass(frozen=True, slots=True)
class Match:
    """`candidates`, best first, at most SHOWN, whatever the decision; `probability` is the first one's."""

    decision: Kind
    probability: float
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Answer from `answer_at` on, unless the second is nearer than `margin`; nothing below `abstain_below`."""

    answer_at: float = 0.5
    abstain_below: float = 0.3
    margin: float = 0.05

    def decide(self, candidates: tuple[Candidate, ...]) -> Match:
        if not candidates:
            return Match("abstain", 0.0, ())
        best = candidates[0].probability
        second = candidates[1].probability if len(candidates) > 1 else 0.0
        kind: Kind = "clarify"
        if best < self.abstain_below:
            kind = "abstain"
        elif best >= self.answer_at and best - second >= self.margin:
            kind = "answer"
        return Match(kind, best, candidates)
