"""Figures of a list of decisions, as DESIGN names them. A figure that the data can't give is None."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from faq.evaluation.matthews import best_matthews, matthews
from faq.index.decision import Kind


@dataclass(frozen=True, slots=True)
class Decided:
    """`ranking`: ids of all candidates that were looked at, best first. `expected` is empty out of scope.

    `probability` is that of the first candidate, `scope` that any entry fits.
    """

    expected: tuple[str, ...]
    decision: Kind
    probability: float
    scope: float
    ranking: tuple[str, ...]

    @property
    def in_scope(self) -> bool:
        return bool(self.expected)

    @property
    def first(self) -> str | None:
        return self.ranking[0] if self.ranking else None

    @property
    def true(self) -> str | None:
        """The right class; where several entries are right, the one that was found."""
        return None if not self.expected else self.first if self.right else self.expected[0]

    @property
    def said(self) -> str | None:
        """The class that was decided for; a choice counts as its first candidate."""
        return None if self.decision == "abstain" else self.first

    @property
    def rank(self) -> int | None:
        """Of the first right candidate, from 1 on."""
        return next((place for place, entry in enumerate(self.ranking, start=1) if entry in self.expected), None)

    @property
    def right(self) -> bool:
        return self.rank == 1


def metrics(decided: Sequence[Decided]) -> dict[str, float | int | None]:
    """`mrr` counts candidates beyond those looked at (ten) as zero.

    `matthews` has each entry as a class and "nothing fits" (abstained) as another; `best_matthews` is what the best
    threshold on `scope` for these very questions would reach; `matthews_scope` has the two classes "in scope" and
    "nothing fits". `calibration_error` is the expected one over ten equal bins of the first candidate's probability
    (Naeini et al. 2015). `answer_precision` is over all questions, `answer_precision_in_scope` without those out of it.
    """
    inside = [each for each in decided if each.in_scope]
    outside = [each for each in decided if not each.in_scope]
    answered = [each for each in decided if each.decision == "answer"]
    abstained = [each for each in decided if each.decision == "abstain"]
    return {
        "queries": len(decided),
        "in_scope": len(inside),
        "out_of_scope": len(outside),
        "top1": _share([each.right for each in inside]),
        "top3": _share([each.rank is not None and each.rank <= 3 for each in inside]),  # noqa: PLR2004 - top three
        "mrr": _share([1 / each.rank if each.rank else 0.0 for each in inside]),
        "out_of_scope_recall": _share([each.decision == "abstain" for each in outside]),
        "out_of_scope_precision": _share([not each.in_scope for each in abstained]),
        "coverage": _share([each.decision == "answer" for each in inside]),
        "answer_precision": _share([each.right for each in answered]),
        "answer_precision_in_scope": _share([each.right for each in answered if each.in_scope]),
        "answered": _share([each.decision == "answer" for each in decided]),
        "clarified": _share([each.decision == "clarify" for each in decided]),
        "auroc": auroc([each.scope for each in inside], [each.scope for each in outside]),
        "matthews": matthews([each.true for each in decided], [each.said for each in decided]),
        "best_matthews": best_matthews(
            [each.true for each in decided], [each.first for each in decided], [each.scope for each in decided]
        ),
        "matthews_scope": matthews(
            [str(each.in_scope) for each in decided], [str(each.decision != "abstain") for each in decided]
        ),
        "calibration_error": calibration_error(
            [each.probability for each in decided], [each.right for each in decided]
        ),
    }


def auroc(inside: Sequence[float], outside: Sequence[float]) -> float | None:
    """The chance that one of `inside` is above one of `outside` (Mann and Whitney 1947), ties half."""
    if not inside or not outside:
        return None
    others = np.sort(outside)
    below, not_above = np.searchsorted(others, inside, "left").sum(), np.searchsorted(others, inside, "right").sum()
    return float((below + not_above) / (2 * len(inside) * len(outside)))


def calibration_error(probabilities: Sequence[float], right: Sequence[bool], bins: int = 10) -> float | None:
    if not probabilities:
        return None
    said, was = np.array(probabilities), np.array(right, dtype=float)
    bin_of = np.minimum((said * bins).astype(int), bins - 1)
    members = [bin_of == each for each in range(bins) if (bin_of == each).any()]
    return float(sum(own.mean() * abs(said[own].mean() - was[own].mean()) for own in members))


def _share(values: Sequence[float]) -> float | None:
    return float(np.mean(values)) if values else None
