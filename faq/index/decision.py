from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from faq.entries.models import Published

if TYPE_CHECKING:
    from faq.index.adapting import Asked  # loads scipy, which those do not need who only read the settings
    from faq.index.bank import Floats

Kind = Literal["answer", "clarify", "abstain"]
# The middle of where the questions that adapting.py asks of three collections give the best Matthews correlation (0.56,
# 0.60, 0.64). It is flat around there: a threshold of each collection's own would follow chance.
BALANCED = 0.6
# The same where entries of another language than the question's are searched: across languages everything is less near.
# Chosen on the French and Spanish questions of faq/content, and as good on the German and Chinese ones.
CROSSING = 0.5
# A target has to hold with as many questions that no entry answers as with others. To HINT3's three production
# assistants more than four of ten questions were such ones (Arora et al. 2020, arXiv:2009.13833).
_OUTSIDE = 0.5
_LEAST = 1e-12  # weight, where there are no such questions


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

    With a `target`, `answer_at` is where so large a share of the answers is right, whatever the second candidate.
    """

    target: float | None = None
    scope: float = BALANCED
    answer_at: float = 0.5
    margin: float = 0.1

    def __post_init__(self) -> None:
        if self.target is not None:
            object.__setattr__(self, "margin", 0.0)

    def base(self) -> "Thresholds":
        """For a collection that says too little about itself."""
        return Thresholds(self.target) if self.target is None else Thresholds(self.target, answer_at=self.target)

    def fitted(self, asked: "Asked") -> "Thresholds":
        """Chosen by what became of questions whose answer is known."""
        return self if self.target is None else replace(self, answer_at=surest(asked, self.target))

    def crossing(self) -> "Thresholds":
        """For a question in another language than the entries."""
        return replace(self, scope=min(self.scope, CROSSING))

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


def surest(asked: "Asked", target: float) -> float:
    """The least probability from which on a share `target` of the answers is right; above 1 where there is none.

    Where half of the questions have no entry, and less one standard error of that share: it was found on the questions
    that it was chosen by.
    """
    order = np.argsort(-asked.best, kind="stable")
    weight = _with_half_outside(asked)[order]
    total = np.cumsum(weight)
    share = np.cumsum(weight * asked.right[order]) / total
    many = total**2 / np.cumsum(weight**2)  # questions of equal weight that would say as much (Kish 1965)
    enough = np.flatnonzero(share - np.sqrt(share * (1 - share) / many) >= target)
    return float(asked.best[order[enough[-1]]]) if len(enough) else 1.01


def _with_half_outside(asked: "Asked") -> "Floats":
    weight: Floats = asked.weight.copy()
    for some, share in ((asked.inside, 1 - _OUTSIDE), (~asked.inside, _OUTSIDE)):
        weight[some] *= share / max(weight[some].sum(), _LEAST)
    return weight
