"""How a text is spelled: words and their pieces, the rare ones weighing most. Sees part numbers, and through typos."""

from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import chain
from typing import NamedTuple, TypeVar
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from faq.encoder.ports import Vectors
from faq.encoder.unit import unit
from faq.text import words

Made = TypeVar("Made")

DIMENSION = 512
_PIECES = (3, 4, 5)  # letters
_TABLE = 1 << 20  # rows in which pieces are counted: two of them rarely share one
_KEPT = 16_384  # texts, and words, whose pieces are at hand: every draft of an index reads the same phrasings again
_SHORT = 100  # letters up to which they are: those of longer ones, which customers may send, would fill the memory


class Lexicon:
    """Knows in how many of a collection's phrasings each piece stands (Spärck Jones 1972).

    Vectors are hashed with signs (Weinberger et al. 2009), so that their size doesn't depend on the collection.
    """

    own: Vectors  # of the collection's phrasings

    def __init__(self, texts: Sequence[str]) -> None:
        spelled = [_spelled(text) for text in texts]
        every = _pieces_of(spelled)
        self._texts = len(texts)
        self._seen = np.bincount(every % _TABLE, minlength=_TABLE).astype(np.int32)
        self.own = self._hashed(spelled, every)

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Shape (texts, DIMENSION), rows of length 1; zeros where a text has no word."""
        spelled = [_spelled(text) for text in texts]
        return self._hashed(spelled, _pieces_of(spelled))

    def _hashed(self, spelled: "Sequence[_Spelled]", every: NDArray[np.int64]) -> Vectors:
        """`every`: the pieces of all texts, one after the other."""
        row = np.repeat(np.arange(len(spelled)), [len(each.pieces) for each in spelled])
        times = np.concatenate([np.zeros(0), *(each.weights for each in spelled)])
        rarity = 1 + np.log((1 + self._texts) / (1 + self._seen[every % _TABLE]))
        flat = np.bincount(row * DIMENSION + every % DIMENSION, times * rarity, len(spelled) * DIMENSION)
        return unit(flat.reshape(-1, DIMENSION).astype(np.float32))


class _Spelled(NamedTuple):
    """The hashes of a text's pieces, each once, and each one's weight: its sign, and how often it stands there."""

    pieces: NDArray[np.int64]
    weights: NDArray[np.float64]


_NOTHING = np.zeros(0, dtype=np.int64)


def _pieces_of(spelled: Sequence[_Spelled]) -> NDArray[np.int64]:
    return np.concatenate([_NOTHING, *(each.pieces for each in spelled)])


def _at_hand(made: Callable[[str], Made]) -> Callable[[str], Made]:
    kept = lru_cache(_KEPT)(made)
    return lambda text: kept(text) if len(text) <= _SHORT else made(text)


@_at_hand
def _spelled(text: str) -> _Spelled:
    counted = Counter(chain.from_iterable(map(_pieces, words(text))))
    hashes = np.fromiter(counted, np.int64, len(counted))
    times = np.fromiter(counted.values(), np.float64, len(counted))
    return _Spelled(hashes, np.where(hashes >> 31, 1.0, -1.0) * (1 + np.log(times)))


@_at_hand
def _pieces(word: str) -> Sequence[int]:
    """Hashes of the whole word and of its pieces."""
    padded = f"#{word}#"
    found = [padded[start : start + size] for size in _PIECES for start in range(len(padded) - size + 1)]
    return [crc32(piece.encode()) for piece in (f"={word}", *found)]
