"""Linear discriminant analysis: entries are clouds of one shape; directions in which all of them are wide count less.

Hastie, Tibshirani, Friedman, The Elements of Statistical Learning, 2nd edition, chapter 4.3. The shape is drawn towards
a ball, the more so the fewer phrasings there are: with one question an entry it is one.
"""

from dataclasses import dataclass

import numpy as np

from faq.encoder.ports import Vectors
from faq.index.bank import Bank

_BALL = 0.5  # variance within entries that is assumed before any phrasing was seen, over all dimensions …
_WEIGHT = 1500  # … as if that had been seen in so many phrasings: 100 to 5,000 compared by cross-validation


@dataclass(frozen=True, slots=True)
class Discriminant:
    centre: Vectors  # (dimension,)
    whitening: Vectors  # (dimension, dimension): makes the clouds round, with variance 1
    means: Vectors  # (entries, dimension), whitened
    lengths: Vectors  # (entries,) of those

    @classmethod
    def fit(cls, bank: Bank) -> "Discriminant":
        dimension = bank.vectors.shape[1]
        spread = (bank.vectors - bank.means[bank.owner]).astype(np.float32)
        ball = _WEIGHT * _BALL / dimension * np.eye(dimension)
        shape = (spread.T @ spread + ball) / (len(spread) - bank.entries + _WEIGHT)
        whitening = np.linalg.inv(np.linalg.cholesky(shape)).T.astype(np.float32)
        means: Vectors = ((bank.means - bank.centre) @ whitening).astype(np.float32)
        return cls(bank.centre, whitening, means, np.linalg.norm(means, axis=1).astype(np.float32))

    def scores(self, vectors: Vectors) -> tuple[Vectors, Vectors]:
        """(log-likelihood ratio of each entry's cloud against one at the centre, cosine of whitened directions)."""
        white = (vectors - self.centre) @ self.whitening
        products = white @ self.means.T
        lengths = np.linalg.norm(white, axis=1, keepdims=True)
        cosines: Vectors = products / np.maximum(lengths * self.lengths, 1e-12)
        likelihoods: Vectors = products - self.lengths**2 / np.float32(2)
        return likelihoods, cosines
