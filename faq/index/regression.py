"""Multinomial logistic regression over entries, on what a phrasing means and how it is spelled."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from faq.encoder.ports import Vectors
from faq.index.bank import Bank, unit

PENALTY = 0.1
SPELLING = 0.5  # weight of spelling beside meaning
STEPS = 50
MOST = 10_000_000  # phrasings times entries beyond which nothing is trained: the means serve


@dataclass(frozen=True, slots=True)
class Regression:
    """The last class is that of general questions."""

    weights: Vectors  # (entries + 1, inputs)

    @classmethod
    def from_means(cls, bank: Bank, general: Vectors, like: "Regression | None" = None) -> "Regression":
        """Untrained: the means, as long as the weights of `like` are on average. `general` are inputs, too."""
        rows = inputs(bank.vectors, bank.spelled)
        last = general.mean(axis=0) if len(general) else np.zeros(rows.shape[1], dtype=np.float32)
        means = np.vstack([bank.mean_of_each(rows), last])
        length = 5.0 if like is None else float(np.linalg.norm(like.weights, axis=1).mean())
        return cls(length * unit(means - rows.mean(axis=0)))

    def resumed(self, before: "Regression", same: Sequence[tuple[int, int]]) -> "Regression":
        """With the weights of the classes that `before` has, too: (ours, its own)."""
        weights = self.weights.copy()
        for ours, theirs in same:
            weights[ours] = before.weights[theirs]
        return Regression(weights)

    def trained(self, bank: Bank, general: Vectors, steps: int = STEPS) -> "Regression":
        """Better by so many steps of L-BFGS; itself where the collection is too large."""
        if len(bank.owner) * bank.entries > MOST:
            return self
        rows = np.vstack([inputs(bank.vectors, bank.spelled), general])
        owner = np.concatenate([bank.owner, np.full(len(general), bank.entries)])
        at = np.arange(len(owner))

        def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
            weights = flat.reshape(self.weights.shape).astype(np.float32)
            chance = softmax(rows @ weights.T)
            value = -float(np.log(chance[at, owner] + 1e-30).sum(dtype=np.float64))
            chance[at, owner] -= 1.0
            slope = chance.T @ rows + PENALTY * weights
            return value + PENALTY / 2 * float((weights * weights).sum()), slope.ravel().astype(np.float64)

        found = minimize(loss, self.weights.ravel(), jac=True, method="L-BFGS-B", options={"maxiter": steps})
        return Regression(found.x.reshape(self.weights.shape).astype(np.float32))

    def scores(self, rows: Vectors) -> tuple[Vectors, Vectors]:
        """(logits, those of general questions subtracted; log-probabilities) of (queries, inputs)."""
        logits = rows @ self.weights.T
        return logits - logits[:, -1:], np.log(softmax(logits) + np.float32(1e-30))


def inputs(vectors: Vectors, spelled: Vectors) -> Vectors:
    ones = np.ones((len(vectors), 1), dtype=np.float32)
    return np.hstack([vectors, np.float32(SPELLING) * spelled, ones])


def softmax(logits: Vectors) -> Vectors:
    odds: Vectors = np.exp(logits - logits.max(axis=1, keepdims=True))
    odds /= odds.sum(axis=1, keepdims=True)
    return odds
