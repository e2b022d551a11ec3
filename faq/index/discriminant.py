"""Linear discriminant analysis: entries are clouds of one shape; directions in which all of them are wide count less.

Hastie, Tibshirani, Friedman, The Elements of Statistical Learning, 2nd edition, chapter 4.3. The shape is drawn towards
a ball, the more so the fewer phrasings there are: with one question an entry it is one.
"""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import solve_triangular

from faq.encoder.ports import Vectors
from faq.encoder.unit import lengths
from faq.index.bank import Bank, Rows

_BALL = 0.5  # variance within entries that is assumed before any phrasing was seen, over all dimensions …
_WEIGHT = 1500  # … as if that had been seen in so many phrasings: 100 to 5,000 compared by cross-validation
_DIRECTIONS = 256  # those in which phrasings differ most (Belhumeur et al. 1997); the rest says little and takes time


@dataclass(frozen=True, slots=True)
class Discriminant:
    centre: Vectors  # (dimension,)
    principal: Vectors  # (dimension, directions) in which phrasings differ most, in ascending order
    whitening: Vectors  # (dimension, directions): makes the clouds round, with variance 1
    means: Vectors  # (entries, directions), whitened
    lengths: Vectors  # (entries,) of those

    @classmethod
    def fit(cls, bank: Bank, vectors: Vectors, own: Vectors, like: "Discriminant | None" = None) -> "Discriminant":
        """`vectors`: (phrasings, dimension) of the bank's, what they mean or what else is known of them.

        `own`: (entries, dimension) their means. `like`: whose centre and shape serve.
        """
        shape = _shape(bank, vectors, own) if like is None else (like.centre, like.principal, like.whitening)
        centre, _, whitening = shape
        means: Vectors = ((own - centre) @ whitening).astype(np.float32)
        return cls(*shape, means, lengths(means))

    def scores(self, vectors: Vectors, among: Rows | None = None) -> Vectors:
        """Cosines of whitened directions, as seen from the centre: (queries, entries)."""
        white = self._white(vectors)
        means, own = (self.means, self.lengths) if among is None else (self.means[among], self.lengths[among])
        cosines: Vectors = (white @ means.T) / np.maximum(lengths(white)[:, None] * own, 1e-12)
        return cosines

    def scores_without(self, vectors: Vectors, owner: Rows, counts: Rows) -> Vectors:
        """Of phrasings with their own entries, (phrasings,), had they not been written; `counts`: with them.

        The shape, which they hardly change, stays.
        """
        white = self._white(vectors)
        many = counts.astype(np.float32)[:, None]
        means = (many * self.means[owner] - white) / (many - 1)
        cosines: Vectors = (white * means).sum(axis=1) / np.maximum(lengths(white) * lengths(means), 1e-12)
        return cosines

    def _white(self, vectors: Vectors) -> Vectors:
        return np.asarray((vectors - self.centre) @ self.whitening, dtype=np.float32)


def _shape(bank: Bank, vectors: Vectors, own: Vectors) -> tuple[Vectors, Vectors, Vectors]:
    """Centre, principal directions and whitening."""
    centre, dimension = bank.centre_of(vectors), vectors.shape[1]
    away = (vectors - centre).astype(np.float32)
    directions = np.linalg.eigh(away.T @ away)[1][:, -_DIRECTIONS:]
    spread = ((vectors - own[bank.owner]) @ directions).astype(np.float32)
    ball = _WEIGHT * _BALL / max(1, dimension) * np.eye(spread.shape[1])
    shape = (spread.T @ spread + ball) / (len(spread) - bank.entries + _WEIGHT)
    rounding = solve_triangular(np.linalg.cholesky(shape), np.eye(len(shape)), lower=True).T
    return centre, directions, np.ascontiguousarray(directions @ rounding, dtype=np.float32)
