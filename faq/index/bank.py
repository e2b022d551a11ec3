from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from faq.encoder.ports import Vectors

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]
_PATIENCE = 10  # phrasings below which their mean is not taken for the subject that all of them share


@dataclass(frozen=True)
class Bank:
    """All phrasings: rows of one entry stand together, `starts` says where each entry's begin."""

    vectors: Vectors  # (phrasings, dimension) what each means
    spelled: Vectors  # (phrasings, lexicon.DIMENSION) how each is spelled
    owner: Rows  # (phrasings,) the entry of each; ascends and names every entry from 0 on

    def part(self, rows: Rows) -> "Bank":
        """Of some phrasings, in ascending order; entries are numbered anew."""
        owner = np.unique(self.owner[rows], return_inverse=True)[1].astype(np.intp)
        return Bank(self.vectors[rows], self.spelled[rows], owner)

    @property
    def entries(self) -> int:
        return len(self.counts)

    @cached_property
    def counts(self) -> Rows:
        return np.bincount(self.owner).astype(np.intp)

    @cached_property
    def starts(self) -> Rows:
        return np.concatenate([[0], np.cumsum(self.counts)[:-1]]).astype(np.intp)

    @cached_property
    def means(self) -> Vectors:
        """(entries, dimension), not normalised."""
        return self.mean_of_each(self.vectors)

    @cached_property
    def centre(self) -> Vectors:
        """What all phrasings have in common, which tells no entry from another."""
        centre: Vectors = self.vectors.sum(axis=0) / np.float32(len(self.vectors) + _PATIENCE)
        return centre

    @cached_property
    def centred(self) -> Vectors:
        return self.off_centre(self.vectors)

    def off_centre(self, vectors: Vectors) -> Vectors:
        """Directions as seen from the centre, of length 1."""
        return unit(vectors - self.centre)

    def best_of_each(self, similarities: Vectors) -> Vectors:
        """(queries, phrasings) → (queries, entries)."""
        best: Vectors = np.maximum.reduceat(similarities, self.starts, axis=1)
        return best

    def mean_of_each(self, rows: Vectors) -> Vectors:
        """(phrasings, n) → (entries, n)."""
        means: Vectors = (np.add.reduceat(rows, self.starts, axis=0) / self.counts[:, None]).astype(np.float32)
        return means


def unit(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    normalised: Vectors = (vectors / np.maximum(lengths, 1e-12)).astype(np.float32)
    return normalised
