"""Multinomial logistic regression over entries, on what a phrasing means and how it is put."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from faq.encoder.ports import Vectors
from faq.encoder.unit import lengths, unit
from faq.index.bank import Bank, Rows

PENALTY = 0.1
STEPS = 50
LARGE = 2_500_000  # phrasings times entries beyond which fewer steps are taken, in the same time
MOST = 10_000_000  # beyond which nothing is trained: the means serve
_LENGTH = 5.0  # of an entry's weights, before any was trained
_FRESH = 50  # entries that are trained against the others as they are
_AROUND = 500  # phrasings of the others that take part in that


@dataclass(frozen=True, slots=True)
class Regression:
    """The last class is that of general questions."""

    weights: Vectors  # (entries + 1, inputs)
    learned: bool = True  # or made of means

    @classmethod
    def from_means(cls, bank: Bank, general: Vectors) -> "Regression":
        """Untrained: the means. `general` are inputs, too."""
        centre = inputs(*bank.middle)
        last = general.mean(axis=0)[None] if len(general) else np.zeros_like(centre)
        means = np.vstack([inputs(*bank.means), last])
        return cls(_LENGTH * unit(means - centre), learned=False)

    def resumed(self, before: "Regression", same: Sequence[tuple[int, int]]) -> "Regression":
        """With the weights of the classes that `before` has, too: (ours, its own). Others are as long as those are."""
        weights: Vectors = lengths(before.weights).mean() * unit(self.weights)
        for ours, theirs in same:
            weights[ours] = before.weights[theirs]
        return Regression(weights, before.learned)

    def placed(self, bank: Bank, general: Vectors, fresh: Rows) -> "Regression":
        """A few entries trained against the others, whose weights stay; itself where they are many.

        On their own phrasings and those nearest to them: takes milliseconds in a collection of any size.
        """
        if not self.learned or not 0 < len(fresh) <= _FRESH:
            return self
        own = np.flatnonzero(np.isin(bank.owner, fresh))
        nearness = (bank.vectors @ bank.vectors[own].T).max(axis=1)
        near = np.argpartition(-nearness, min(_AROUND, len(nearness) - 1))[:_AROUND]
        some = np.union1d(own, near)
        rows = np.vstack([inputs(bank.vectors[some], bank.wording[some]), general])
        logits = self.logits(rows)
        logits[:, fresh] = -np.inf
        top = logits.max(axis=1)
        others = top + np.log(np.exp(logits - top[:, None]).sum(axis=1))  # as one class
        chosen = np.full(len(rows), len(fresh), dtype=np.intp)
        owner = bank.owner[some]
        mine = np.flatnonzero(np.isin(owner, fresh))
        chosen[mine] = np.searchsorted(fresh, owner[mine])
        weights = self.weights.copy()
        weights[fresh] = _minimised(weights[fresh], rows, chosen, STEPS, others[:, None])
        return Regression(weights)

    def trained(self, bank: Bank, general: Vectors, steps: int = STEPS) -> "Regression":
        """Better by so many steps of L-BFGS; itself where the collection is too large."""
        if bank.work > MOST:
            return self
        steps = min(steps, max(1, STEPS * LARGE // bank.work))
        rows = np.vstack([inputs(bank.vectors, bank.wording), general])
        owner = np.concatenate([bank.owner, np.full(len(general), bank.entries)])
        return Regression(_minimised(self.weights, rows, owner, steps))

    def logits(self, rows: Vectors) -> Vectors:
        """(queries, entries + 1) of (queries, inputs)."""
        logits: Vectors = rows @ self.weights.T
        return logits


def scores(logits: Vectors, among: Rows | None = None) -> tuple[Vectors, Vectors]:
    """(logits, those of general questions subtracted; log-probabilities), of all classes or those `among` them."""
    some, chance = (each if among is None else each[:, among] for each in (logits, softmax(logits)))
    return some - logits[:, -1:], np.log(chance + np.float32(1e-30))


def _minimised(start: Vectors, rows: Vectors, chosen: Rows, steps: int, others: Vectors | None = None) -> Vectors:
    """Weights after so many steps of L-BFGS. `others`: logits of (rows, classes) that are not trained, after ours."""
    at, ours = np.arange(len(rows)), len(start)

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights = flat.reshape(start.shape).astype(np.float32)
        logits = rows @ weights.T
        chance = softmax(logits if others is None else np.hstack([logits, others]))
        value = -float(np.log(chance[at, chosen] + 1e-30).sum(dtype=np.float64))
        chance[at, chosen] -= 1.0
        slope = chance[:, :ours].T @ rows + PENALTY * weights
        return value + PENALTY / 2 * float((weights * weights).sum()), slope.ravel().astype(np.float64)

    found = minimize(loss, start.ravel(), jac=True, method="L-BFGS-B", options={"maxiter": steps})
    best: Vectors = found.x.reshape(start.shape).astype(np.float32)
    return best


def inputs(vectors: Vectors, wording: Vectors) -> Vectors:
    ones = np.ones((len(vectors), 1), dtype=np.float32)
    return np.concatenate([vectors, wording, ones], axis=1)


def softmax(logits: Vectors) -> Vectors:
    odds: Vectors = np.exp(logits - logits.max(axis=1, keepdims=True))
    odds /= odds.sum(axis=1, keepdims=True)
    return odds
