"""How a text is spelled: words and their pieces, the rare ones weighing most. Sees part numbers, and through typos."""

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from faq.encoder.ports import Vectors
from faq.encoder.unit import unit
from faq.text import words

DIMENSION = 512
_PIECES = (3, 4, 5)  # letters
_KEPT = 16_384  # texts whose pieces are at hand (1 KiB each): every draft of an index reads the same phrasings again


class Lexicon:
    """Knows in how many of a collection's phrasings each piece stands (Spärck Jones 1972).

    Vectors are hashed with signs (Weinberger et al. 2009), so that their size doesn't depend on the collection.
    """

    own: Vectors  # of the collection's phrasings

    def __init__(self, texts: Sequence[str]) -> None:
        spelled = [_spelled(text) for text in texts]
        every = _pieces_of(spelled)
        self._pieces, place, seen = np.unique(every, return_inverse=True, return_counts=True)
        self._rarities = 1 + np.log((1 + len(texts)) / (1 + seen))
        self._rarest = 1 + np.log(1 + len(texts))
        self.own = _hashed(spelled, every, self._rarities[place])

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Shape (texts, DIMENSION), rows of length 1; zeros where a text has no word."""
        spelled = [_spelled(text) for text in texts]
        every = _pieces_of(spelled)
        return _hashed(spelled, every, self._rarity(every))

    def _rarity(self, pieces: NDArray[np.int64]) -> NDArray[np.float64]:
        place = np.minimum(np.searchsorted(self._pieces, pieces), len(self._pieces) - 1)
        if not len(self._pieces):
            return np.full(len(pieces), self._rarest)
        return np.where(self._pieces[place] == pieces, self._rarities[place], self._rarest)


class _Spelled(NamedTuple):
    """The hashes of a text's pieces, each once, and each one's weight: its sign, and how often it stands there."""

    pieces: NDArray[np.int64]
    weights: NDArray[np.float64]


_NOTHING = np.zeros(0, dtype=np.int64)


def _pieces_of(spelled: Sequence[_Spelled]) -> NDArray[np.int64]:
    return np.concatenate([_NOTHING, *(each.pieces for each in spelled)])


def _hashed(spelled: Sequence[_Spelled], every: NDArray[np.int64], rarity: NDArray[np.float64]) -> Vectors:
    """`every` and `rarity`: the pieces of all texts, one after the other, and how rare each is."""
    row = np.repeat(np.arange(len(spelled)), [len(each.pieces) for each in spelled])
    weights = np.concatenate([np.zeros(0), *(each.weights for each in spelled)]) * rarity
    flat = np.bincount(row * DIMENSION + every % DIMENSION, weights, len(spelled) * DIMENSION)
    return unit(flat.reshape(-1, DIMENSION).astype(np.float32))


@lru_cache(_KEPT)
def _spelled(text: str) -> _Spelled:
    counted = Counter(_pieces(text))
    hashes = np.array([crc32(piece.encode()) for piece in counted], dtype=np.int64)
    times = np.array(list(counted.values()), dtype=np.float64)
    return _Spelled(hashes, np.where(hashes >> 31, 1.0, -1.0) * (1 + np.log(times)))


def _pieces(text: str) -> list[str]:
    found = []
    for word in words(text):
        found.append(f"={word}")
        padded = f"#{word}#"
        found += [padded[start : start + size] for size in _PIECES for start in range(len(padded) - size + 1)]
    return found
