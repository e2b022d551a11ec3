"""How a text is spelled: words and their pieces, the rare ones weighing most. Sees part numbers, and through typos."""

from collections import Counter
from collections.abc import Sequence
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from faq.encoder.ports import Vectors
from faq.text import words

DIMENSION = 512
_PIECES = (3, 4, 5)  # letters


class Lexicon:
    """Knows in how many of a collection's phrasings each piece stands (Spärck Jones 1972).

    Vectors are hashed with signs (Weinberger et al. 2009), so that their size doesn't depend on the collection.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        self._seen = Counter(piece for text in texts for piece in set(_pieces(text)))
        self._total = len(texts)

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Shape (texts, DIMENSION), rows of length 1; zeros where a text has no word."""
        made = np.zeros((len(texts), DIMENSION), dtype=np.float32)
        for row, text in enumerate(texts):
            counted = Counter(_pieces(text))
            if not counted:
                continue
            hashes = np.array([crc32(piece.encode()) for piece in counted], dtype=np.int64)
            signs = np.where(hashes >> 31, 1.0, -1.0)
            np.add.at(made[row], hashes % DIMENSION, signs * self._weights(counted))
        lengths = np.linalg.norm(made, axis=1, keepdims=True)
        unit: Vectors = made / np.maximum(lengths, 1e-12)
        return unit

    def _weights(self, counted: "Counter[str]") -> NDArray[np.float64]:
        times = np.array(list(counted.values()), dtype=np.float64)
        seen = np.array([self._seen[piece] for piece in counted], dtype=np.float64)
        weights: NDArray[np.float64] = (1 + np.log(times)) * (1 + np.log((1 + self._total) / (1 + seen)))
        return weights


def _pieces(text: str) -> list[str]:
    found = []
    for word in words(text):
        found.append(f"={word}")
        padded = f"#{word}#"
        found += [padded[start : start + size] for size in _PIECES for start in range(len(padded) - size + 1)]
    return found
