"""Which entry, or none: a conditional logit (McFadden 1974) over the best few entries and the alternative "none".

Its probabilities are coherent (entries and none add up to one), and its few weights transfer between collections.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from faq.index.bank import Floats
from faq.index.features import NAMES, WIDTH

ALTERNATIVES = 10
# By the sum of these is chosen which entries are looked at while weights are learned.
_PICK = np.isin(NAMES, ["nearest", "nearest from the centre", "direction", "logit"]).astype(np.float64)
_MAX_STEPS = 50


@dataclass(frozen=True, slots=True)
class Examples:
    """`options` (examples, alternatives + 1, WIDTH), none last; `chosen` the right column; `weight` of each example."""

    options: Floats
    chosen: NDArray[np.intp]
    weight: Floats

    @property
    def inside(self) -> bool:
        """All of them have a right entry."""
        return bool((self.chosen < self.options.shape[1] - 1).all())

    @classmethod
    def joined(cls, parts: "list[Examples]") -> "Examples":
        most = max(part.options.shape[1] for part in parts)
        chosen = [np.where(part.chosen == part.options.shape[1] - 1, most - 1, part.chosen) for part in parts]
        return cls(
            np.concatenate([_widened(part.options, most) for part in parts]),
            np.concatenate(chosen),
            np.concatenate([part.weight for part in parts]),
        )


def _widened(options: Floats, most: int) -> Floats:
    """Alternatives that nobody would choose, put before the last one."""
    missing = np.zeros((len(options), most - options.shape[1], WIDTH))
    missing[..., 0] = -10.0
    return np.concatenate([options[:, :-1], missing, options[:, -1:]], axis=1)


def examples(options: Floats, right: NDArray[np.intp], share: float) -> Examples:
    """Of (queries, entries + 1, WIDTH); `right` is an entry or -1 for none. Together they weigh `share`.

    Questions whose entry is not among the best few teach nothing about them and are left out.
    """
    entries = options[:, :-1]
    few = min(ALTERNATIVES, entries.shape[1])
    best = np.argsort(-(entries @ _PICK), axis=1)[:, :few]
    hit = best == right[:, None]
    usable = (right < 0) | hit.any(axis=1)
    seen = np.concatenate([np.take_along_axis(entries, best[..., None], axis=1), options[:, -1:]], axis=1)
    chosen = np.where(right < 0, few, hit.argmax(axis=1))
    weight = np.full(int(usable.sum()), share / max(1, int(usable.sum())))
    return Examples(seen[usable], chosen[usable].astype(np.intp), weight)


def probabilities(utilities: Floats) -> Floats:
    """Softmax over the last axis."""
    odds = np.exp(utilities - utilities.max(axis=-1, keepdims=True))
    result: Floats = odds / odds.sum(axis=-1, keepdims=True)
    return result


def learn(seen: Examples, prior: Floats, penalty: float) -> Floats:
    """Weights by Newton's method: the weighted log-likelihood less `penalty` times the squared way from `prior`."""
    weights = prior.copy()
    value = _loss(seen, weights, prior, penalty)
    for _ in range(_MAX_STEPS):
        chance = probabilities(seen.options @ weights)
        mean = np.einsum("qa,qaf->qf", chance, seen.options)
        gradient = seen.weight @ (mean - _chosen(seen)) + 2 * penalty * (weights - prior)
        spread = np.einsum("q,qa,qaf,qag->fg", seen.weight, chance, seen.options, seen.options, optimize=True)
        hessian = spread - np.einsum("q,qf,qg->fg", seen.weight, mean, mean) + 2 * penalty * np.eye(WIDTH)
        step = np.linalg.solve(hessian, gradient)
        size = 1.0
        while (new := _loss(seen, weights - size * step, prior, penalty)) > value and size > 1e-4:  # noqa: PLR2004 - 13 halvings
            size /= 2
        gained = value - new
        if gained <= 0:
            break
        weights, value = weights - size * step, new
        if gained < 1e-9:  # noqa: PLR2004 - of a loss near 1
            break
    return weights


def _chosen(seen: Examples) -> Floats:
    return seen.options[np.arange(len(seen.chosen)), seen.chosen]


def _loss(seen: Examples, weights: Floats, prior: Floats, penalty: float) -> float:
    chance = probabilities(seen.options @ weights)[np.arange(len(seen.chosen)), seen.chosen]
    away = weights - prior
    return float(-(seen.weight @ np.log(np.maximum(chance, 1e-12))) + penalty * (away @ away))
