"""Learn from the loaded phrasings themselves what a good match looks like in this collection.

Each phrasing is asked twice: once with itself left out (its entry is the right one) and once with its whole entry left
out (nothing is right). Collections with one question an entry have no first kind; they keep the transferred weights.
"""

import numpy as np
from numpy.typing import NDArray

from faq.index.bank import NOTHING, Bank, Floats, best_of_each
from faq.index.choice import Examples, examples, learn
from faq.index.features import features_without_itself, stack
from faq.index.ridge import Ridge

MOST = 600  # phrasings asked: enough for nine weights, and bounds the time
FEWEST = 30  # positives below which nothing is learned
OUT_OF_SCOPE = 0.3  # the share of questions that no entry fits, as in the transferred weights (fitting.SHARES)
PENALTY = 0.01  # pull towards the transferred weights
_GROUPS = 8
_CHUNK = 100


def adapted(bank: Bank, ridge: Ridge, prior: Floats, *, seed: int = 0) -> Floats:
    """Weights for this collection, or `prior` where it says too little."""
    if bank.entries < 3:  # noqa: PLR2004 - leaving one out must leave a choice
        return prior
    chosen = np.sort(np.random.default_rng(seed).permutation(len(bank.owner))[:MOST])
    asked = chosen[bank.counts[bank.owner[chosen]] > 1]
    if len(asked) < FEWEST:
        return prior
    lessened = [ridge.without_entries(bank, _group(bank) == group) for group in range(_GROUPS)]
    parts = []
    for start in range(0, len(chosen), _CHUNK):
        rows = chosen[start : start + _CHUNK]
        parts.append(_without_entry(bank, lessened, rows, OUT_OF_SCOPE * len(rows) / len(chosen)))
        rows = asked[start : start + _CHUNK]
        if len(rows):
            parts.append(_without_itself(bank, ridge, rows, (1 - OUT_OF_SCOPE) * len(rows) / len(asked)))
    return learn(Examples.joined(parts), prior, PENALTY)


def _group(bank: Bank) -> NDArray[np.intp]:
    return np.arange(bank.entries) % _GROUPS


def _without_itself(bank: Bank, ridge: Ridge, rows: NDArray[np.intp], share: float) -> Examples:
    return examples(features_without_itself(bank, ridge, rows), bank.owner[rows], share)


def _without_entry(bank: Bank, lessened: list[Ridge], rows: NDArray[np.intp], share: float) -> Examples:
    """The classifier forgets entries by groups: one solution for each group instead of one for each entry."""
    vectors, own = bank.vectors[rows], bank.owner[rows]
    nearest, three = best_of_each(bank, vectors @ bank.vectors.T)
    centroid = (vectors @ bank.centroids.T).astype(np.float64)
    scores = np.zeros_like(nearest)
    groups = _group(bank)[own]
    for group in np.unique(groups):
        inside = groups == group
        scores[inside] = lessened[group].scores(vectors[inside])
    gone = np.arange(bank.entries)[None, :] == own[:, None]
    for part in (nearest, three, centroid, scores):
        part[gone] = NOTHING
    counts = np.broadcast_to(bank.counts, nearest.shape)
    return examples(stack(nearest, three, centroid, scores, counts), np.full(len(rows), -1), share)
