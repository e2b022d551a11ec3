"""A linear classifier over entries by least squares, whose leave-one-out predictions cost nothing extra.

Hastie, Tibshirani, Friedman, The Elements of Statistical Learning, 2nd edition, eq. 7.64 (leave-one-out of a linear
smoother). What it adds to the nearest phrasing: directions that tell this shop's entries apart count more.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from faq.encoder.ports import Vectors
from faq.index.bank import Bank, Floats

PENALTY = 1.0  # 1, 3 and 10 compared: 1 is best where entries have many phrasings, and no worse elsewhere


@dataclass(frozen=True, slots=True)
class Ridge:
    """Scores near 1 for the right entry, near 0 for others."""

    weights: Floats  # (dimension + 1, entries)
    gram: Floats  # (dimension + 1, dimension + 1), penalty included
    moments: Floats  # (dimension + 1, entries)

    @classmethod
    def fit(cls, bank: Bank) -> "Ridge":
        rows = _with_bias(bank.vectors)
        gram = rows.T @ rows + PENALTY * np.eye(rows.shape[1])
        moments = np.add.reduceat(rows, bank.starts, axis=0).T
        return cls(_solved(gram, moments), gram, moments)

    def scores(self, vectors: Vectors) -> Floats:
        return _with_bias(vectors) @ self.weights

    def without_itself(self, vectors: Vectors, entries: NDArray[np.intp]) -> Floats:
        """The scores that each row, one of the phrasings of `entries`, would get had it not been there."""
        rows = _with_bias(vectors)
        leverage = np.einsum("qd,dq->q", rows, np.linalg.solve(self.gram, rows.T))
        own = np.zeros((len(rows), self.weights.shape[1]))
        own[np.arange(len(rows)), entries] = leverage
        scores: Floats = (rows @ self.weights - own) / (1.0 - leverage)[:, None]
        return scores

    def without_entries(self, bank: Bank, gone: NDArray[np.bool_]) -> "Ridge":
        """The classifier that never saw the entries marked in `gone`."""
        rows = _with_bias(bank.vectors[gone[bank.owner]])
        gram = self.gram - rows.T @ rows
        moments = np.where(gone[None, :], 0.0, self.moments)
        return Ridge(_solved(gram, moments), gram, moments)


def _solved(gram: Floats, moments: Floats) -> Floats:
    return np.linalg.solve(gram, moments).astype(np.float64)


def _with_bias(vectors: Vectors) -> Floats:
    return np.hstack([vectors, np.ones((len(vectors), 1))]).astype(np.float64)
