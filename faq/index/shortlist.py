"""Which entries of a large collection are worth a look: their phrasings are compared in a few directions first.

The directions are those in which the phrasings differ most (the first principal ones), so that a product in them is
nearly the whole product, at a fraction of the memory that has to be read. What is found is then looked at in full.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from faq.encoder.ports import Vectors
from faq.index.bank import Bank, Rows

LARGE = 20_000  # phrasings from which on this is faster than looking at all of them
_DIRECTIONS = 64
_KEPT = 300  # entries


@dataclass(frozen=True, slots=True)
class Shortlist:
    directions: Vectors  # (dimension, _DIRECTIONS)
    sketches: Vectors  # (_DIRECTIONS, phrasings)
    starts: Rows  # of the entries' phrasings

    @classmethod
    def of(cls, bank: Bank) -> "Shortlist | None":
        """None where the collection is small."""
        if len(bank.vectors) < LARGE or bank.entries <= _KEPT:
            return None
        _, found = np.linalg.eigh(bank.vectors.T @ bank.vectors)
        directions: Vectors = np.ascontiguousarray(found[:, -_DIRECTIONS:], dtype=np.float32)
        return cls(directions, np.ascontiguousarray((bank.vectors @ directions).T), bank.starts)

    def entries(self, vector: Vectors, allowed: NDArray[np.bool_] | None) -> Rows:
        """In ascending order; `allowed` masks entries."""
        best = np.maximum.reduceat((vector @ self.directions) @ self.sketches, self.starts)
        if allowed is not None:
            best[~allowed] = -np.inf
        few: Rows = np.sort(np.argpartition(-best, _KEPT)[:_KEPT])
        return few
