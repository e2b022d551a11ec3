import json
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from faq.encoder.ports import Vectors
from faq.index.adapting import adapted
from faq.index.bank import Bank, Floats
from faq.index.choice import ALTERNATIVES, probabilities
from faq.index.features import NAMES, features, features_without_itself
from faq.index.ridge import Ridge

_CHUNK = 100  # phrasings asked together: bounds the memory


@cache
def transferred() -> Floats:
    """The weights that a collection starts with; `python -m faq fit` made the file."""
    stored = json.loads((files("faq.index") / "weights.json").read_text())
    weights: Floats = np.array([stored[name] for name in NAMES])
    return weights


class Scorer:
    """Probabilities of entries for a question. Immutable; `adapt` gives one that has learned from the phrasings."""

    def __init__(self, bank: Bank, weights: Floats, ridge: Ridge | None = None) -> None:
        self.weights = weights
        self._bank = bank
        self._ridge = ridge or Ridge.fit(bank)

    def adapt(self) -> "Scorer":
        """Takes up to seconds: for a worker thread."""
        return Scorer(self._bank, adapted(self._bank, self._ridge, transferred()), self._ridge)

    def rank(
        self, vector: Vectors, allowed: NDArray[np.bool_] | None, shown: int
    ) -> tuple[list[tuple[int, float]], float]:
        """([(entry, probability), at most `shown`], probability that any entry fits); `allowed` masks entries."""
        return self._ranked(features(self._bank, self._ridge, vector[None])[0] @ self.weights, allowed, shown)

    def rank_without_itself(
        self, rows: NDArray[np.intp], allowed: Sequence[NDArray[np.bool_] | None], shown: int
    ) -> Iterator[tuple[list[tuple[int, float]], float]]:
        """`rank` of phrasings that stand in the bank, each as if it did not; its entry has another one."""
        for start in range(0, len(rows), _CHUNK):
            part = rows[start : start + _CHUNK]
            utilities = features_without_itself(self._bank, self._ridge, part) @ self.weights
            for row, mask in zip(utilities, allowed[start : start + _CHUNK], strict=True):
                yield self._ranked(row, mask, shown)

    def _ranked(
        self, utilities: Floats, allowed: NDArray[np.bool_] | None, shown: int
    ) -> tuple[list[tuple[int, float]], float]:
        if allowed is not None:
            utilities[~allowed] = -np.inf
        order = np.argsort(-utilities)[: max(ALTERNATIVES, shown)]
        order = order[np.isfinite(utilities[order])]
        chance = probabilities(np.append(utilities[order], self.weights[-1]))
        ranked = [(int(row), float(each)) for row, each in zip(order[:shown], chance, strict=False)]
        return ranked, float(1.0 - chance[-1])
