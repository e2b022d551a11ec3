import numpy as np
from numpy.typing import NDArray

from faq.encoder.ports import Vectors

SHARPNESS = 20.0
NONE_AT = 0.55


class Scorer:
    def __init__(self, _texts: list[str], vectors: Vectors, owner: NDArray[np.intp], entries: int) -> None:
        self._vectors = vectors
        self._owner = owner
        self._entries = entries

    def rank(
        self, _text: str, vector: Vectors, allowed: NDArray[np.bool_] | None, shown: int
    ) -> tuple[list[tuple[int, float]], float]:
        best = np.full(self._entries, -1.0)
        np.maximum.at(best, self._owner, self._vectors @ vector)
        if allowed is not None:
            best[~allowed] = -np.inf
        odds = np.exp(SHARPNESS * (best - NONE_AT))
        total = odds.sum()
        probability = odds / (1.0 + total)
        order = np.argsort(-probability)[:shown]
        return [(int(row), float(probability[row])) for row in order if np.isfinite(best[row])], float(
            total / (1 + total)
        )
