from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from faq.encoder.ports import Vectors

Floats = NDArray[np.float64]
NOTHING = -1.0  # a cosine no phrasing has: stands for an entry that is left out


@dataclass(frozen=True, slots=True)
class Bank:
    """All phrasings as a matrix: rows of one entry stand together, `starts` says where each entry's begin."""

    vectors: Vectors  # (phrasings, dimension)
    starts: NDArray[np.intp]  # (entries,)
    counts: NDArray[np.intp]  # (entries,)
    owner: NDArray[np.intp]  # (phrasings,) the entry of each row
    centroids: Vectors  # (entries, dimension) mean of an entry's rows, not normalised

    @classmethod
    def of(cls, vectors: Vectors, owner: NDArray[np.intp]) -> "Bank":
        """`owner` ascends and names every entry from 0 on."""
        counts = np.bincount(owner)
        starts = np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.intp)
        centroids = np.add.reduceat(vectors, starts, axis=0) / counts[:, None]
        return cls(vectors, starts, counts.astype(np.intp), owner, centroids.astype(np.float32))

    @property
    def entries(self) -> int:
        return len(self.counts)


def best_of_each(bank: Bank, cosines: Vectors, rounds: int = 3) -> tuple[Floats, Floats]:
    """(largest, mean of the `rounds` largest) cosine within each entry; both (queries, entries).

    A cosine of minus infinity is a phrasing that does not count; an entry without another gets NOTHING.
    """
    left = np.array(cosines, dtype=np.float32)
    first = np.maximum.reduceat(left, bank.starts, axis=1)
    total, found = np.zeros(first.shape), np.zeros(first.shape)
    largest = first
    for turn in range(rounds):
        finite = np.isfinite(largest)
        total += np.where(finite, largest, 0.0)
        found += finite
        if turn + 1 < rounds:
            left[left >= largest[:, bank.owner]] = -np.inf
            largest = np.maximum.reduceat(left, bank.starts, axis=1)
    mean = np.where(found > 0, total / np.maximum(found, 1), NOTHING)
    return np.where(np.isfinite(first), first, NOTHING).astype(np.float64), mean
