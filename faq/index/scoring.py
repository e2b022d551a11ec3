import json
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from faq.encoder.ports import Vectors
from faq.index.adapting import adapted
from faq.index.bank import Bank, Floats
from faq.index.choice import ALTERNATIVES, probabilities
from faq.index.features import NAMES, features
from faq.index.ridge import Ridge


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
        utilities = features(self._bank, self._ridge, vector[None])[0] @ self.weights
        if allowed is not None:
            utilities[~allowed] = -np.inf
        order = np.argsort(-utilities)[: max(ALTERNATIVES, shown)]
        order = order[np.isfinite(utilities[order])]
        chance = probabilities(np.append(utilities[order], self.weights[-1]))
        ranked = [(int(row), float(each)) for row, each in zip(order[:shown], chance, strict=False)]
        return ranked, float(1.0 - chance[-1])
