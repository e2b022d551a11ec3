"""Linear discriminant analysis: entries are clouds of one shape; directions in which all of them are wide count less.

Hastie, Tibshirani, Friedman, The Elements of Statistical Learning, 2nd edition, chapter 4.3. The shape is drawn towards
a ball, the more so the fewer phrasings there are: with one question an entry it is one.
"""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import solve_triangular

from faq.encoder.ports import Vectors
from faq.index.bank import Bank, Rows

_BALL = 0.5  # variance within entries that is assumed before any phrasing was seen, over all dimensions …
_WEIGHT = 1500  # … as if that had been seen in so many phrasings: 100 to 5,000 compared by cross-validation


@dataclass(frozen=True, slots=True)
class Discriminant:
    centre: Vectors  # (dimension,)
    whitening: Vectors  # (dimension, dimension): makes the clouds round, with variance 1
    means: Vectors  # (entries, dimension), whitened
    lengths: Vectors  # (entries,) of those

    @classmethod
    def fit(cls, bank: Bank, vectors: Vectors) -> "Discriminant":
        """`vectors`: (phrasings, dimension) of the bank's, what they mean or what else is known of them."""
        dimension = vectors.shape[1]
        own, centre = bank.mean_of_each(vectors), bank.centre_of(vectors)
        spread = (vectors - own[bank.owner]).astype(np.float32)
        ball = _WEIGHT * _BALL / max(1, dimension) * np.eye(dimension)
        shape = (spread.T @ spread + ball) / (len(spread) - bank.entries + _WEIGHT)
        whitening = solve_triangular(np.linalg.cholesky(shape), np.eye(dimension), lower=True).T.astype(np.float32)
        means: Vectors = ((own - centre) @ whitening).astype(np.float32)
        return cls(centre, whitening, means, np.linalg.norm(means, axis=1).astype(np.float32))

    def scores(self, vectors: Vectors, among: Rows | None = None) -> tuple[Vectors, Vectors]:
        """(log-likelihood ratio of each entry's cloud against one at the centre, cosine of whitened directions)."""
        white = self._white(vectors)
        means, own = (self.means, self.lengths) if among is None else (self.means[among], self.lengths[among])
        products = white @ means.T
        lengths = np.linalg.norm(white, axis=1, keepdims=True)
        cosines: Vectors = products / np.maximum(lengths * own, 1e-12)
        likelihoods: Vectors = products - own**2 / np.float32(2)
        return likelihoods, cosines

    def scores_without(self, vectors: Vectors, owner: Rows, counts: Rows) -> tuple[Vectors, Vectors]:
        """Of phrasings with their own entries, (phrasings,) each, had they not been written; `counts`: with them.

        The shape, which they hardly change, stays.
        """
        white = self._white(vectors)
        many = counts.astype(np.float32)[:, None]
        means = (many * self.means[owner] - white) / (many - 1)
        products, squared = ((each * means).sum(axis=1) for each in (white, means))
        lengths = np.linalg.norm(white, axis=1) * np.sqrt(squared)
        return products - squared / 2, products / np.maximum(lengths, 1e-12)

    def _white(self, vectors: Vectors) -> Vectors:
        return np.asarray((vectors - self.centre) @ self.whitening, dtype=np.float32)
