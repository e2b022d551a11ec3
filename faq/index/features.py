"""How well each entry fits a question, in a few numbers that mean the same whatever shop was loaded."""

import numpy as np
from numpy.typing import NDArray

from faq.encoder.ports import Vectors
from faq.index.bank import Bank, Floats, best_of_each
from faq.index.ridge import Ridge

NAMES = (
    "nearest",  # cosine of the nearest phrasing
    "nearest three",  # mean of the three nearest
    "centroid",  # cosine-like product with the mean of all phrasings
    "ridge",  # the linear classifier's score
    "phrasings",  # logarithm of how many phrasings the entry has: many make a high maximum more likely
    "ridge x phrasings",
    "nearest x phrasings",
    "centroid x phrasings",
    "none",  # 1 for the alternative that no entry fits, whose other features are 0
)
WIDTH = len(NAMES)


def features(bank: Bank, ridge: Ridge, vectors: Vectors) -> Floats:
    """(queries, entries, WIDTH) of texts that are no phrasings."""
    nearest, three = best_of_each(bank, vectors @ bank.vectors.T)
    counts = np.broadcast_to(bank.counts, nearest.shape)
    return stack(nearest, three, (vectors @ bank.centroids.T).astype(np.float64), ridge.scores(vectors), counts)


def features_without_itself(bank: Bank, ridge: Ridge, rows: NDArray[np.intp]) -> Floats:
    """Of phrasings, each asked as if it had not been written; its entry has another one."""
    vectors, own = bank.vectors[rows], bank.owner[rows]
    at = np.arange(len(rows))
    cosines = vectors @ bank.vectors.T
    cosines[at, rows] = -np.inf
    nearest, three = best_of_each(bank, cosines)
    counts = np.tile(bank.counts, (len(rows), 1))
    counts[at, own] -= 1
    centroid = (vectors @ bank.centroids.T).astype(np.float64)
    centroid[at, own] = (centroid[at, own] * bank.counts[own] - 1.0) / counts[at, own]
    return stack(nearest, three, centroid, ridge.without_itself(vectors, own), counts)


def stack(nearest: Floats, three: Floats, centroid: Floats, ridge: Floats, counts: NDArray[np.intp]) -> Floats:
    many = np.log(counts)
    return np.stack(
        [
            nearest,
            three,
            centroid,
            ridge,
            0.1 * many,
            ridge * many,
            nearest * many,
            centroid * many,
            np.zeros_like(nearest),
        ],
        axis=-1,
    )
