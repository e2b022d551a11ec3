from dataclasses import dataclass
from typing import Literal

from faq.entries.models import Published

Kind = Literal["answer", "clarify", "abstain"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """`probability` that this entry answers the question."""

    entry: Published
    probability: float


@dataclass(frozen=True, slots=True)
class Match:
    """`candidates`, best first, whatever the decision; `probability` is the first one's, `scope` that any fits."""

    decision: Kind
    probability: float
    scope: float
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When to answer, to offer a choice, or to offer nothing.

    Nothing where the probability that any entry fits is below `scope`. The first candidate where its own probability
    is at least `answer_at` and the second is at least `margin` behind. The choice otherwise.
    """

    scope: float = 0.5
    answer_at: float = 0.5
    margin: float = 0.1

    def decide(self, ranked: tuple[tuple[Published, float], ...], *, scope: float) -> Match:
        candidates = tuple(Candidate(entry, probability) for entry, probability in ranked)
        if not candidates:
            return Match("abstain", 0.0, scope, ())
        best = candidates[0].probability
        second = candidates[1].probability if len(candidates) > 1 else 0.0
        kind: Kind = "clarify"
        if scope < self.scope:
            kind = "abstain"
        elif best >= self.answer_at and best - second >= self.margin:
            kind = "answer"
        return Match(kind, best, scope, candidates)

    def why(self, match: Match) -> str:
        """One sentence for curators."""
        if not match.candidates:
            return "Nothing is published for who asks."
        if match.decision == "abstain":
            scope, least = _percent(match.scope), _percent(self.scope)
            return f"That any entry answers it is {scope} probable; below {least} nothing is offered."
        second = match.candidates[1].probability if len(match.candidates) > 1 else 0.0
        lead = f"The first entry has {_percent(match.probability)}, the second {_percent(second)}"
        needed, ahead = _percent(self.answer_at), _percent(self.margin)
        if match.decision == "answer":
            return f"{lead}: at least {needed}, and {ahead} ahead."
        return f"{lead}: an answer needs {needed}, and a lead of {ahead}."


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
