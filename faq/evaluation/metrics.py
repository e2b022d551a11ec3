"""Figures of a list of decisions, as DESIGN names them. A figure that the data can't give is None."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from faq.index.decision import Kind


@dataclass(frozen=True, slots=True)
class Decided:
    """`ranking`: ids of all candidates that were looked at, best first. `expected` is empty out of scope."""

    expected: tuple[str, ...]
    decision: Kind
    probability: float
    ranking: tuple[str, ...]

    @property
    def in_scope(self) -> bool:
        return bool(self.expected)

    @property
    def rank(self) -> int | None:
        """Of the first right candidate, from 1 on."""
        return next((place for place, entry in enumerate(self.ranking, start=1) if entry in self.expected), None)

    @property
    def right(self) -> bool:
        return self.rank == 1


def metrics(decided: Sequence[Decided]) -> dict[str, float | int | None]:
    """`mrr` counts candidates beyond those looked at (ten) as zero.

    `matthews` is that of the two classes "in scope" and "nothing fits" (abstained); `calibration_error` the expected
    one over ten equal bins of the first candidate's probability (Naeini et al. 2015).
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
        "clarified": _share([each.decision == "clarify" for each in decided]),
        "auroc": auroc([each.probability for each in inside], [each.probability for each in outside]),
        "matthews": matthews(decided),
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


def matthews(decided: Sequence[Decided]) -> float | None:
    counts = {(said, true): 0 for said in (False, True) for true in (False, True)}
    for each in decided:
        counts[each.decision != "abstain", each.in_scope] += 1
    hit, miss, false, calm = counts[True, True], counts[False, True], counts[True, False], counts[False, False]
    product = (hit + false) * (hit + miss) * (calm + false) * (calm + miss)
    return (hit * calm - false * miss) / sqrt(product) if product else None


def calibration_error(probabilities: Sequence[float], right: Sequence[bool], bins: int = 10) -> float | None:
    if not probabilities:
        return None
    said, was = np.array(probabilities), np.array(right, dtype=float)
    bin_of = np.minimum((said * bins).astype(int), bins - 1)
    members = [bin_of == each for each in range(bins) if (bin_of == each).any()]
    return float(sum(own.mean() * abs(said[own].mean() - was[own].mean()) for own in members))


def _share(values: Sequence[float]) -> float | None:
    return float(np.mean(values)) if values else None
