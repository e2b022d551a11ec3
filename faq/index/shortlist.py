"""Which entries of a larger collection are worth a look: their phrasings are compared in a few directions first.

The directions are those in which the phrasings differ most (the discriminant's first principal ones), so that a product
in them is nearly the whole product, at a fraction of the memory that has to be read. What the regression says of all
entries is known by then. What is found is looked at in full.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from faq.encoder.ports import Vectors
from faq.index.bank import Bank, Floats, Rows
from faq.index.features import LOGITS, NAMES

LARGE = 500  # phrasings from which on this is faster than looking at all of them
_DIRECTIONS = 32
_KEPT = 16  # entries
_NEAR = np.isin(NAMES, ["nearest", "nearest from the centre"])
_SURE = np.isin(NAMES, ["logit", "log-probability"])


@dataclass(frozen=True, slots=True)
class Shortlist:
    directions: Vectors  # (dimension, _DIRECTIONS)
    sketches: Vectors  # (_DIRECTIONS, phrasings)
    starts: Rows  # of the entries' phrasings
    near: np.float32  # weights of the cosine of the nearest phrasing …
    sure: np.float32  # … and of the logit

    @classmethod
    def of(cls, bank: Bank, principal: Vectors, weights: Floats) -> "Shortlist | None":
        """None where the collection is small. The last of the `principal` directions serve; `weights`: the scorer's."""
        if len(bank.vectors) < LARGE or bank.entries <= _KEPT:
            return None
        directions = np.ascontiguousarray(principal[:, -_DIRECTIONS:])
        sketches = np.ascontiguousarray((bank.vectors @ directions).T)
        near, sure = (np.float32(weights[some].sum()) for some in (_NEAR, _SURE))
        return cls(directions, sketches, bank.starts, near, sure / np.float32(LOGITS))

    def entries(self, vector: Vectors, logits: Vectors, allowed: NDArray[np.bool_] | None) -> Rows:
        """In ascending order. `logits` (entries,); `allowed` masks entries."""
        nearest = np.maximum.reduceat((vector @ self.directions) @ self.sketches, self.starts)
        worth = self.near * nearest + self.sure * logits
        if allowed is not None:
            worth[~allowed] = -np.inf
        few: Rows = np.sort(np.argpartition(-worth, _KEPT)[:_KEPT])
        return few
