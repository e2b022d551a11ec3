"""How a text is spelled: words and their pieces, the rare ones weighing most. Sees part numbers, and through typos."""

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from faq.encoder.ports import Vectors
from faq.text import words

DIMENSION = 512
_PIECES = (3, 4, 5)  # letters
_KEPT = 2048  # texts whose pieces are at hand: every draft of an index reads the same phrasings again


class Lexicon:
    """Knows in how many of a collection's phrasings each piece stands (Spärck Jones 1972).

    Vectors are hashed with signs (Weinberger et al. 2009), so that their size doesn't depend on the collection.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        self._seen = Counter(piece for text in texts for piece in _spelled(text).pieces)
        self._total = len(texts)

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Shape (texts, DIMENSION), rows of length 1; zeros where a text has no word."""
        made = np.zeros((len(texts), DIMENSION), dtype=np.float32)
        for row, text in enumerate(texts):
            spelled = _spelled(text)
            np.add.at(made[row], spelled.columns, spelled.weights * self._rarity(spelled.pieces))
        lengths = np.linalg.norm(made, axis=1, keepdims=True)
        unit: Vectors = made / np.maximum(lengths, 1e-12)
        return unit

    def _rarity(self, pieces: Sequence[str]) -> NDArray[np.float64]:
        seen = np.array([self._seen[piece] for piece in pieces], dtype=np.float64)
        rarity: NDArray[np.float64] = 1 + np.log((1 + self._total) / (1 + seen))
        return rarity


class _Spelled(NamedTuple):
    """A text's pieces, each once; where each is added, and with what sign and weight for how often it stands there."""

    pieces: tuple[str, ...]
    columns: NDArray[np.int64]
    weights: NDArray[np.float64]


@lru_cache(_KEPT)
def _spelled(text: str) -> _Spelled:
    counted = Counter(_pieces(text))
    hashes = np.array([crc32(piece.encode()) for piece in counted], dtype=np.int64)
    times = np.array(list(counted.values()), dtype=np.float64)
    return _Spelled(tuple(counted), hashes % DIMENSION, np.where(hashes >> 31, 1.0, -1.0) * (1 + np.log(times)))


def _pieces(text: str) -> list[str]:
    found = []
    for word in words(text):
        found.append(f"={word}")
        padded = f"#{word}#"
        found += [padded[start : start + size] for size in _PIECES for start in range(len(padded) - size + 1)]
    return found
